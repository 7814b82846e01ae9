-- Terms: what is due, for both sides, and what is remembered to count them.

CREATE TABLE termijnen_regels (
    position bigint PRIMARY KEY,
    soort    text COLLATE "C" NOT NULL,
    sleutel  text NOT NULL,
    inhoud   text NOT NULL
);
COMMENT ON TABLE termijnen_regels IS 'Changes of reference data, so that a term is counted by the rules of its own moment.';

CREATE TABLE termijnen_stromen (
    stroom    text COLLATE "C" PRIMARY KEY,
    gegevens  jsonb NOT NULL,
    termijnen jsonb NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE termijnen_stromen IS 'What the terms of a stream are folded from; read by the projector only.';

CREATE TABLE termijnen (
    id              uuid PRIMARY KEY,
    stroom          text COLLATE "C" NOT NULL,
    sleutel         text COLLATE "C" NOT NULL,
    nummer          integer NOT NULL,
    regel           text COLLATE "C" NOT NULL,
    soort           text COLLATE "C" NOT NULL,
    bestuur         text COLLATE "C" NOT NULL,
    partijen        text[] COLLATE "C" NOT NULL,
    dossier         text COLLATE "C" NOT NULL,
    verwijzing      text COLLATE "C" NOT NULL,
    toestand        text COLLATE "C" NOT NULL,
    dag             date NOT NULL,
    vervaldag       date NOT NULL,
    vervalt_op      timestamptz NOT NULL,
    opgegeven       text COLLATE "C" NOT NULL,
    beeindigd_op    timestamptz,
    berekening      jsonb NOT NULL,
    versie          integer NOT NULL,
    sinds           timestamptz NOT NULL,
    oorzaak         integer NOT NULL,
    vast_te_stellen boolean NOT NULL,
    position        bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE termijnen IS 'One row a term. It is over from vervalt_op on: a running one is judged by the clock of who reads it.';
CREATE INDEX termijnen_bestuur ON termijnen (bestuur, vervalt_op, id);
CREATE INDEX termijnen_partijen ON termijnen USING gin (partijen);
CREATE INDEX termijnen_vervalt ON termijnen (toestand, vervalt_op, id);
CREATE INDEX termijnen_vast_te_stellen ON termijnen (vervalt_op) WHERE vast_te_stellen;
CREATE INDEX termijnen_dossier ON termijnen (dossier);
CREATE INDEX termijnen_stroom ON termijnen (stroom);

GRANT SELECT, INSERT, UPDATE, DELETE ON termijnen_regels, termijnen_stromen, termijnen TO loket_app;
