-- Conversations between supervisors and besturen, as lists show them.

CREATE TABLE gesprekken (
    id                 uuid PRIMARY KEY,
    van                text COLLATE "C" NOT NULL,
    naar               text COLLATE "C" NOT NULL,
    onderwerp          text NOT NULL,
    type_communicatie  text COLLATE "C" NOT NULL,
    dossier            text COLLATE "C" NOT NULL,
    behandeling        text COLLATE "C" NOT NULL,
    omzendbrief        text COLLATE "C" NOT NULL,
    gestart_op         timestamptz NOT NULL,
    laatste_bericht_op timestamptz NOT NULL,
    laatste_van        text COLLATE "C" NOT NULL,
    laatste_type       text COLLATE "C" NOT NULL,
    berichten          integer NOT NULL,
    gesloten           boolean NOT NULL,
    uiterlijk          timestamptz,
    versie             integer NOT NULL,
    position           bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE gesprekken IS 'One row a conversation; van started it. uiterlijk is the first end of the reaction terms that run.';
CREATE INDEX gesprekken_van ON gesprekken (van, laatste_bericht_op, id);
CREATE INDEX gesprekken_naar ON gesprekken (naar, laatste_bericht_op, id);
CREATE INDEX gesprekken_dossier ON gesprekken (dossier) WHERE dossier <> '';
CREATE INDEX gesprekken_omzendbrief ON gesprekken (omzendbrief) WHERE omzendbrief <> '';
CREATE INDEX gesprekken_uiterlijk ON gesprekken (coalesce(uiterlijk, 'infinity'::timestamptz), id);

CREATE TABLE berichten (
    id                uuid PRIMARY KEY,
    gesprek           uuid NOT NULL,
    nummer            integer NOT NULL,
    van               text COLLATE "C" NOT NULL,
    naar              text COLLATE "C" NOT NULL,
    type_communicatie text COLLATE "C" NOT NULL,
    tekst             text NOT NULL,
    documenten        jsonb NOT NULL,
    verzonden_op      timestamptz NOT NULL,
    afgeleverd_op     timestamptz,
    geopend_op        timestamptz,
    ingetrokken_op    timestamptz,
    ingetrokken_reden text NOT NULL,
    reactietermijn    integer NOT NULL,
    uitstel           integer NOT NULL,
    verlengd          integer NOT NULL,
    uiterlijk         timestamptz,
    beantwoordt       jsonb NOT NULL,
    beantwoord_door   integer NOT NULL,
    beantwoord_op     timestamptz,
    gelezen_door      text[] COLLATE "C" NOT NULL,
    position          bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE berichten IS 'One row a message. Its addressee reads tekst and documenten from geopend_op until ingetrokken_op; gelezen_door is for each reader alone.';
CREATE UNIQUE INDEX berichten_gesprek ON berichten (gesprek, nummer);
CREATE INDEX berichten_van ON berichten (van, verzonden_op, id);
CREATE INDEX berichten_naar ON berichten (naar, verzonden_op, id);

CREATE TABLE gesprekken_notities (
    id         uuid PRIMARY KEY,
    gesprek    uuid NOT NULL,
    bestuur    text COLLATE "C" NOT NULL,
    wie        text NOT NULL,
    tekst      text NOT NULL,
    gemaakt_op timestamptz NOT NULL
);
COMMENT ON TABLE gesprekken_notities IS 'Internal notes: for the side of bestuur only.';
CREATE INDEX gesprekken_notities_gesprek ON gesprekken_notities (gesprek, bestuur, gemaakt_op);

GRANT SELECT, INSERT, UPDATE, DELETE ON gesprekken, berichten, gesprekken_notities TO loket_app;
