-- Reference data changed by command: what is laid over the files that ship with the product.

CREATE TABLE referentie_wijzigingen (
    position      bigint PRIMARY KEY,
    stream        uuid NOT NULL,
    registered    timestamptz NOT NULL,
    soort         text COLLATE "C" NOT NULL,
    sleutel       text COLLATE "C" NOT NULL,
    inhoud        text NOT NULL,
    per           text COLLATE "C" NOT NULL,
    reden         text NOT NULL,
    vorige_versie text COLLATE "C" NOT NULL,
    nieuwe_versie text COLLATE "C" NOT NULL
);
COMMENT ON TABLE referentie_wijzigingen IS 'One row a change, in the order of the log; inhoud is the definition from then on, empty when it was taken away.';

GRANT SELECT, INSERT, UPDATE, DELETE ON referentie_wijzigingen TO loket_app;
