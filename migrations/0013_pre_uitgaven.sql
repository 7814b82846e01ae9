-- The files of reference data that ever shipped, by the digest that decisions record.

CREATE TABLE referentie_uitgaven (
    versie    text COLLATE "C" PRIMARY KEY,
    bestanden jsonb NOT NULL,
    sinds     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE referentie_uitgaven IS 'No evidence: versie is the digest of bestanden, so that each row proves itself.';

GRANT SELECT, INSERT ON referentie_uitgaven TO loket_app;
