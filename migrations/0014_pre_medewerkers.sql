-- The people of each bestuur, the searches they keep and the mail they want.

CREATE TABLE medewerkers (
    id             uuid PRIMARY KEY,
    bestuur        text COLLATE "C" NOT NULL,
    persoon        text COLLATE "C" NOT NULL,
    naam           text NOT NULL,
    email          text NOT NULL,
    teams          text[] COLLATE "C" NOT NULL,
    afwezig_van    date,
    afwezig_tot    date,
    vervanger      text COLLATE "C" NOT NULL,
    vervanger_naam text NOT NULL,
    versie         integer NOT NULL,
    position       bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE medewerkers IS 'One row a person in a bestuur: id is the stream, persoon the id in the token. email is for who mails.';
CREATE INDEX medewerkers_persoon ON medewerkers (bestuur, persoon);
CREATE INDEX medewerkers_naam ON medewerkers (bestuur, naam, id);

CREATE TABLE zoekopdrachten (
    id         uuid PRIMARY KEY,
    medewerker uuid NOT NULL,
    naam       text NOT NULL,
    bron       text COLLATE "C" NOT NULL,
    vraag      text NOT NULL,
    position   bigint NOT NULL
);
COMMENT ON TABLE zoekopdrachten IS 'Searches that people keep: each for its own person only.';
CREATE INDEX zoekopdrachten_medewerker ON zoekopdrachten (medewerker, naam, id);

CREATE TABLE mailvoorkeuren (
    id         uuid PRIMARY KEY,
    medewerker uuid NOT NULL,
    soort      text COLLATE "C" NOT NULL,
    wijze      text COLLATE "C" NOT NULL,
    adres      text NOT NULL,
    position   bigint NOT NULL
);
COMMENT ON TABLE mailvoorkeuren IS 'What mail people want; an empty adres is that of their login.';
CREATE INDEX mailvoorkeuren_medewerker ON mailvoorkeuren (medewerker, soort);

GRANT SELECT, INSERT, UPDATE, DELETE ON medewerkers, zoekopdrachten, mailvoorkeuren TO loket_app;
