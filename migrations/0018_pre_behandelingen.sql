-- The queue of each supervisor, and every aflevering with its leaf.

CREATE TABLE behandelingen (
    id            uuid PRIMARY KEY,
    dossier       uuid NOT NULL,
    ontvanger     text COLLATE "C" NOT NULL,
    bestuur       text COLLATE "C" NOT NULL,
    bestuur_naam  text NOT NULL,
    klasse        text COLLATE "C" NOT NULL,
    provincie     text COLLATE "C" NOT NULL,
    dossiertype   text COLLATE "C" NOT NULL,
    verzending    integer NOT NULL,
    afgeleverd_op timestamptz NOT NULL,
    geopend_op    timestamptz,
    status        text COLLATE "C" NOT NULL,
    team          text COLLATE "C" NOT NULL,
    persoon       text COLLATE "C" NOT NULL,
    persoon_naam  text NOT NULL,
    medewerker    uuid,
    opvragingen   integer NOT NULL,
    lopend        integer NOT NULL,
    gesteld_op    timestamptz,
    gestuit       boolean NOT NULL,
    regel         text COLLATE "C" NOT NULL,
    vervaldag     text COLLATE "C" NOT NULL,
    vervalt_op    timestamptz,
    verstreken    boolean NOT NULL,
    uitkomst      text COLLATE "C" NOT NULL,
    beslist_op    timestamptz,
    afgesloten_op timestamptz,
    versie        integer NOT NULL,
    position      bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE behandelingen IS 'One row a dossier at one of its recipients, from the aflevering on; persoon, persoon_naam and medewerker are for the recipient only.';
CREATE INDEX behandelingen_afgeleverd ON behandelingen (ontvanger, afgeleverd_op, id);
CREATE INDEX behandelingen_vervalt ON behandelingen (ontvanger, coalesce(vervalt_op, 'infinity'::timestamptz), id);
CREATE INDEX behandelingen_bestuur ON behandelingen (bestuur, afgeleverd_op, id);
CREATE INDEX behandelingen_status ON behandelingen (ontvanger, status, afgeleverd_op, id);
CREATE INDEX behandelingen_team ON behandelingen (ontvanger, team, afgeleverd_op, id);
CREATE INDEX behandelingen_persoon ON behandelingen (ontvanger, persoon, afgeleverd_op, id) WHERE persoon <> '';
CREATE INDEX behandelingen_dossier ON behandelingen (dossier);

CREATE TABLE behandelingen_dossiers (
    id          uuid PRIMARY KEY,
    bestuur     text COLLATE "C" NOT NULL,
    klasse      text COLLATE "C" NOT NULL,
    dossiertype text COLLATE "C" NOT NULL,
    verzending  integer NOT NULL
);
COMMENT ON TABLE behandelingen_dossiers IS 'What was sent, for afleveringen still to come.';

CREATE TABLE behandelingen_afleveringen (
    position    bigint PRIMARY KEY,
    behandeling uuid NOT NULL,
    verzending  integer NOT NULL,
    registered  timestamptz NOT NULL,
    leaf_hash   bytea NOT NULL
);
COMMENT ON TABLE behandelingen_afleveringen IS 'One row an aflevering, by its place in the log.';
CREATE INDEX behandelingen_afleveringen_behandeling ON behandelingen_afleveringen (behandeling);

CREATE TABLE behandelingen_besturen (
    id        uuid PRIMARY KEY,
    uri       text COLLATE "C" NOT NULL,
    naam      text NOT NULL,
    provincie text COLLATE "C" NOT NULL,
    position  bigint NOT NULL
);
COMMENT ON TABLE behandelingen_besturen IS 'Names and provinces of besturen, for the rows still to come.';
CREATE INDEX behandelingen_besturen_uri ON behandelingen_besturen (uri);

-- From the beginning: what was delivered before this is treated too.
INSERT INTO reactions VALUES ('behandeling', 0);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON behandelingen, behandelingen_dossiers, behandelingen_afleveringen, behandelingen_besturen
    TO loket_app;
