-- Reminders of terms: what was mailed, to whom, and what is still to be mailed.

CREATE TABLE herinneringen (
    termijn    uuid NOT NULL,
    vervaldag  date NOT NULL,
    dagen      integer NOT NULL,
    ontvanger  text COLLATE "C" NOT NULL,
    bestuur    text COLLATE "C" NOT NULL,
    bericht    uuid NOT NULL,
    toestand   text COLLATE "C" NOT NULL,
    adres_hash text COLLATE "C" NOT NULL DEFAULT '',
    reden      text NOT NULL DEFAULT '',
    pogingen   integer NOT NULL DEFAULT 0,
    volgende   timestamptz NOT NULL,
    gewijzigd  timestamptz NOT NULL,
    PRIMARY KEY (termijn, vervaldag, dagen, ontvanger)
);
COMMENT ON TABLE herinneringen IS 'One row a reminder and person (id; empty when there was nobody to remind): wachtend, verstuurd, mislukt, achterhaald or niemand. Rows of one bericht go in one mail.';
CREATE INDEX herinneringen_wachtend ON herinneringen (volgende) WHERE toestand = 'wachtend';
CREATE INDEX herinneringen_bericht ON herinneringen (bericht);

GRANT SELECT, INSERT, UPDATE, DELETE ON herinneringen TO loket_app;
