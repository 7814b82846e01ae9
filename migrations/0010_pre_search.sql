-- Full-text search: a row for every thing that can be found and every group of besturen that may
-- find it in that form.

CREATE FUNCTION zoekvector(namen text, titel text, tekst text) RETURNS tsvector
LANGUAGE sql IMMUTABLE AS $$
    SELECT setweight(to_tsvector('public.nederlands', namen) || to_tsvector('public.namen', namen), 'A')
        || setweight(to_tsvector('public.nederlands', titel), 'B')
        || setweight(to_tsvector('public.nederlands', tekst), 'C')
$$;
COMMENT ON FUNCTION zoekvector IS 'Names also word for word, so that none of their words is too small to be found.';

CREATE FUNCTION voeg_samen(vectors tsvector[]) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    samen tsvector := '';
    elk tsvector;
BEGIN
    FOREACH elk IN ARRAY vectors LOOP
        BEGIN
            samen := samen || elk;
        EXCEPTION WHEN program_limit_exceeded THEN
            NULL;
        END;
    END LOOP;
    RETURN samen;
END
$$;
COMMENT ON FUNCTION voeg_samen IS 'Vectors after one another, without those that no longer fit in one.';

CREATE TABLE zoeken_stromen (
    stream text COLLATE "C" PRIMARY KEY,
    staat  jsonb NOT NULL
);
COMMENT ON TABLE zoeken_stromen IS 'What is remembered of a stream to make its rows.';

CREATE TABLE zoeken (
    id           text COLLATE "C" PRIMARY KEY,
    stream       text COLLATE "C" NOT NULL,
    module       text COLLATE "C" NOT NULL,
    soort        text COLLATE "C" NOT NULL,
    type         text COLLATE "C" NOT NULL,
    bestuur      text COLLATE "C" NOT NULL,
    moment       timestamptz NOT NULL,
    voor         text[] COLLATE "C" NOT NULL,
    naam         text NOT NULL,
    namen        text NOT NULL,
    titel        text NOT NULL,
    tekst        text NOT NULL,
    bestanden    text[] COLLATE "C" NOT NULL,
    eigen        tsvector NOT NULL,
    bijlagen     tsvector NOT NULL,
    alles        tsvector NOT NULL
) WITH (toast_tuple_target = 128);
ALTER TABLE zoeken
    ALTER id SET STORAGE PLAIN, ALTER stream SET STORAGE PLAIN, ALTER module SET STORAGE PLAIN,
    ALTER soort SET STORAGE PLAIN, ALTER type SET STORAGE PLAIN, ALTER bestuur SET STORAGE PLAIN,
    ALTER voor SET STORAGE MAIN;
COMMENT ON TABLE zoeken IS 'voor are the besturen that may find this row; alles is eigen and the text of its files.';
CREATE INDEX zoeken_stream ON zoeken (stream);
CREATE INDEX zoeken_bestuur ON zoeken (bestuur);
CREATE INDEX zoeken_alles ON zoeken USING gin (voor, alles) WITH (gin_pending_list_limit = 512);

CREATE TABLE zoeken_bestanden (
    id      text COLLATE "C" NOT NULL,
    nr      integer NOT NULL,
    sha256  text COLLATE "C" NOT NULL,
    naam    text NOT NULL,
    gevoegd boolean NOT NULL,
    PRIMARY KEY (id, nr)
);
COMMENT ON TABLE zoeken_bestanden IS 'The files of a row; gevoegd once their text is part of it.';
CREATE INDEX zoeken_bestanden_wachtend ON zoeken_bestanden (sha256) WHERE NOT gevoegd;

CREATE TABLE zoeken_namen (
    id       uuid PRIMARY KEY,
    uri      text COLLATE "C" NOT NULL,
    naam     text NOT NULL,
    position bigint NOT NULL
);
COMMENT ON TABLE zoeken_namen IS 'Names of besturen, for the rows still to come.';
CREATE INDEX zoeken_namen_uri ON zoeken_namen (uri);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON zoeken_stromen, zoeken, zoeken_bestanden, zoeken_namen TO loket_app;
