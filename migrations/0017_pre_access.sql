-- The timeline of every stream, and who may know of each.

ALTER TABLE tijdlijn ADD COLUMN voor text COLLATE "C" NOT NULL DEFAULT '';
COMMENT ON TABLE tijdlijn IS 'One row an event; wie and voor are besturen, never persons. Only voor may see a row, all who may know of the stream when it is empty.';
CREATE INDEX tijdlijn_position ON tijdlijn (position);
CREATE INDEX tijdlijn_stream ON tijdlijn (stream, position);

CREATE TABLE toegang (
    stream   text COLLATE "C" NOT NULL,
    bestuur  text COLLATE "C" NOT NULL,
    persoon  text COLLATE "C" NOT NULL,
    eigenaar boolean NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (stream, bestuur, persoon)
);
COMMENT ON TABLE toegang IS 'Which bestuur may know of a stream from which event on: everyone when bestuur is empty, one person of it when persoon is not.';
CREATE INDEX toegang_bestuur ON toegang (bestuur, stream);
GRANT SELECT, INSERT, UPDATE, DELETE ON toegang TO loket_app;

DELETE FROM tijdlijn;
UPDATE projections SET position = 0 WHERE name = 'tijdlijn';
