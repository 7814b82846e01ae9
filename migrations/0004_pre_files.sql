-- Who uploaded which file. The bytes lie in the content-addressed store, once; knowing a digest
-- gives nobody a right to them.

CREATE TABLE uploads (
    sha256      text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bestuur     text COLLATE "C" NOT NULL,
    size        bigint NOT NULL CHECK (size > 0),
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, bestuur)
);
COMMENT ON TABLE uploads IS 'Possession of a digest gives no right to a content: only its uploaders may use it in a command.';
GRANT SELECT, INSERT ON uploads TO loket_app;
