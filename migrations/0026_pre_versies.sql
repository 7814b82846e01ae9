-- The register as it was at any moment.

CREATE TABLE besturen_versies (
    LIKE besturen INCLUDING DEFAULTS,
    vanaf timestamptz NOT NULL,
    tot   timestamptz,
    PRIMARY KEY (position)
);
COMMENT ON TABLE besturen_versies IS 'One row a change: an entry as it stood from vanaf until tot, as the log registered it.';
CREATE INDEX besturen_versies_id ON besturen_versies (id, vanaf);
CREATE INDEX besturen_versies_vanaf ON besturen_versies (vanaf);
GRANT SELECT, INSERT, UPDATE, DELETE ON besturen_versies TO loket_app;

UPDATE projections SET position = 0 WHERE name = 'besturen';
