-- Dossiers that take others along, and content that was sent twice.

CREATE TABLE inhouden (
    id       uuid PRIMARY KEY,
    sleutel  text COLLATE "C" NOT NULL,
    position bigint NOT NULL
);
COMMENT ON TABLE inhouden IS 'Read model: one row a dossier that stands as sent; sleutel is equal for equal content.';
CREATE INDEX inhouden_sleutel ON inhouden (sleutel, position);

GRANT SELECT, INSERT, UPDATE, DELETE ON inhouden TO loket_app;

INSERT INTO reactions SELECT name, size FROM log_head, (VALUES ('doorsturen'), ('dubbels')) AS new (name);
