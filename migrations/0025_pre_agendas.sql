-- Agendas: which stream answers under which secret. Whether it still does, the stream says.

CREATE TABLE agendas (
    id           uuid PRIMARY KEY,
    sleutel_hash text COLLATE "C" NOT NULL,
    position     bigint NOT NULL
);
COMMENT ON TABLE agendas IS 'One row an agenda that is open; the secret itself is nowhere.';
CREATE INDEX agendas_sleutel ON agendas (sleutel_hash);

GRANT SELECT, INSERT, UPDATE, DELETE ON agendas TO loket_app;
