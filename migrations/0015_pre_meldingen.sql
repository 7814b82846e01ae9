-- Mail to people: what went out, what came back, and what could not be read.

CREATE TABLE mails (
    id              uuid PRIMARY KEY,
    stroom          text COLLATE "C" NOT NULL,
    bestuur         text COLLATE "C" NOT NULL,
    persoon         text COLLATE "C" NOT NULL,
    over            jsonb NOT NULL,
    bericht_id      text COLLATE "C" NOT NULL,
    adres_hash      text COLLATE "C" NOT NULL,
    toestand        text COLLATE "C" NOT NULL,
    reden           text NOT NULL,
    op              timestamptz NOT NULL,
    teruggekomen_op timestamptz
);
COMMENT ON TABLE mails IS 'One row a mail: id follows from its message id, stroom is where it was recorded. Addresses are hashes.';
CREATE INDEX mails_persoon ON mails (bestuur, persoon, op, id);

CREATE TABLE onleesbare_bounces (
    sha256    text COLLATE "C" PRIMARY KEY,
    reden     text NOT NULL,
    bericht   bytea NOT NULL,
    ontvangen timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE onleesbare_bounces IS 'What came back and could not be matched: kept for a person to look at.';

-- From now on: nobody is mailed about the past, and no conversation is started about it.
INSERT INTO reactions SELECT name, size FROM log_head, unnest(ARRAY[
    'melding', 'dagoverzicht', 'opvraging', 'antwoord', 'kennisgeving', 'omzendbrief'
]) AS name;

GRANT SELECT, INSERT, UPDATE, DELETE ON mails, onleesbare_bounces TO loket_app;
