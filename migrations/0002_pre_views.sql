-- Read models: each a function of the log alone, filled and moved on by the projector.

CREATE TABLE projections (
    name     text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL CHECK (position >= 0)
);
COMMENT ON TABLE projections IS 'How far each read model has come: all events below position are in it.';

CREATE TABLE besturen (
    id                  uuid PRIMARY KEY,
    uri                 text COLLATE "C" NOT NULL,
    naam                text NOT NULL,
    klasse              text COLLATE "C" NOT NULL,
    status              text COLLATE "C" NOT NULL,
    kbo                 text COLLATE "C" NOT NULL,
    ovo                 text COLLATE "C" NOT NULL,
    nis                 text COLLATE "C" NOT NULL,
    werkingsgebied      text COLLATE "C" NOT NULL,
    provincie           text COLLATE "C" NOT NULL,
    werkingsgebied_naam text NOT NULL,
    provincie_naam      text NOT NULL,
    opvolger            text COLLATE "C" NOT NULL,
    gefuseerd_op        text COLLATE "C" NOT NULL,
    position            bigint NOT NULL
);
COMMENT ON TABLE besturen IS 'The register as it stands: id is the stream, position that of the last change.';
CREATE INDEX besturen_uri ON besturen (uri);

CREATE TABLE inzendingen (
    id              uuid PRIMARY KEY,
    bestuur         text COLLATE "C" NOT NULL,
    bestuur_naam    text NOT NULL,
    klasse          text COLLATE "C" NOT NULL,
    dossiertype     text COLLATE "C" NOT NULL,
    toestand        text COLLATE "C" NOT NULL,
    zittingsdatum   text COLLATE "C" NOT NULL,
    publicatiedatum text COLLATE "C" NOT NULL,
    verzonden_op    timestamptz,
    afgeleverd_op   timestamptz,
    geopend_op      timestamptz,
    ontvangers      text[] COLLATE "C" NOT NULL,
    verbetert       text COLLATE "C" NOT NULL,
    verbeterd_door  text[] COLLATE "C" NOT NULL,
    versie          integer NOT NULL,
    position        bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE inzendingen IS 'One row a dossier. Moments are of the last sending, as the log registered them; ontvangers are those it was ever delivered to.';
CREATE INDEX inzendingen_bestuur ON inzendingen (bestuur, coalesce(verzonden_op, 'infinity'::timestamptz), id);
CREATE INDEX inzendingen_verzonden ON inzendingen (coalesce(verzonden_op, 'infinity'::timestamptz), id);
CREATE INDEX inzendingen_toestand ON inzendingen (toestand);
CREATE INDEX inzendingen_dossiertype ON inzendingen (dossiertype);
CREATE INDEX inzendingen_ontvangers ON inzendingen USING gin (ontvangers);

CREATE TABLE inzendingen_namen (
    id       uuid PRIMARY KEY,
    uri      text COLLATE "C" NOT NULL,
    naam     text NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX inzendingen_namen_uri ON inzendingen_namen (uri);
COMMENT ON TABLE inzendingen_namen IS 'Names of besturen, for the dossiers still to come.';

CREATE TABLE tijdlijn (
    stream     text COLLATE "C" NOT NULL,
    seq        integer NOT NULL,
    position   bigint NOT NULL,
    type       text COLLATE "C" NOT NULL,
    registered timestamptz NOT NULL,
    moment     text COLLATE "C",
    wie        text COLLATE "C" NOT NULL,
    leaf_hash  bytea NOT NULL,
    PRIMARY KEY (stream, seq)
);
COMMENT ON TABLE tijdlijn IS 'One row an event of a dossier; wie is a bestuur, never a person.';

GRANT SELECT, INSERT, UPDATE, DELETE
    ON projections, besturen, inzendingen, inzendingen_namen, tijdlijn TO loket_app;
