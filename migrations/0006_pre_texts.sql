-- The text of attachments, by the digest of the file: derived, and made again from the files.

CREATE EXTENSION IF NOT EXISTS unaccent;

-- Dutch, in which an accent makes no difference.
CREATE TEXT SEARCH CONFIGURATION nederlands (COPY = dutch);
ALTER TEXT SEARCH CONFIGURATION nederlands
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, dutch_stem;
COMMENT ON TEXT SEARCH CONFIGURATION nederlands IS 'Dutch, without accents.';

-- Names and codes, in which every word counts.
CREATE TEXT SEARCH CONFIGURATION namen (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION namen
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
COMMENT ON TEXT SEARCH CONFIGURATION namen IS 'Every word as it stands, without accents.';

CREATE FUNCTION tekstvector(tekst text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    tot integer := length(tekst);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector('public.nederlands', left(tekst, tot)), 'D');
        EXCEPTION WHEN program_limit_exceeded THEN
            tot := tot / 2;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION tekstvector IS 'As much of a text as one tsvector can hold.';

CREATE TABLE bestandsteksten (
    sha256       text COLLATE "C" PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    status       text COLLATE "C" NOT NULL CHECK (status IN ('leesbaar', 'onleesbaar', 'niet-ondersteund')),
    reden        text COLLATE "C" NOT NULL,
    tekens       integer NOT NULL,
    paginas      integer,
    afgekapt     boolean NOT NULL,
    vector       tsvector NOT NULL,
    extracted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE bestandsteksten IS 'What the text of a file came to; gone and made again when its row is deleted.';

CREATE TABLE bestandsdelen (
    sha256 text COLLATE "C" NOT NULL REFERENCES bestandsteksten ON DELETE CASCADE,
    deel   integer NOT NULL,
    tekst  text NOT NULL,
    vector tsvector NOT NULL,
    PRIMARY KEY (sha256, deel)
);
COMMENT ON TABLE bestandsdelen IS 'The text itself in parts, so that a match is shown without reading all of it.';

-- From the beginning: files that were attached before this table existed have a text too.
INSERT INTO reactions VALUES ('bestandstekst', 0);

GRANT SELECT, INSERT, UPDATE, DELETE ON bestandsteksten, bestandsdelen TO loket_app;
