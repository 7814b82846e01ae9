-- The log: events, their keys, the head that orders them, and what seals them.
-- Nothing here may be changed or removed by the application: it may read, and append through
-- log_append; triggers stop even the owner until somebody disables them in the open.

-- Roles belong to the whole server: another database on it may have made this one just now.
DO $$
BEGIN
    BEGIN
        CREATE ROLE loket_app LOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    EXECUTE format('GRANT loket_app TO %I', current_user);
END
$$;

CREATE TABLE data_keys (
    id      uuid PRIMARY KEY,
    subject text NOT NULL UNIQUE,
    wrapped bytea NOT NULL
);
COMMENT ON TABLE data_keys IS 'One AES-256 key per subject, wrapped by the master key; without its row a content is gone.';

CREATE TABLE events (
    position    bigint PRIMARY KEY,
    stream      text COLLATE "C" NOT NULL,
    seq         integer NOT NULL CHECK (seq >= 0),
    type        text COLLATE "C" NOT NULL,
    registered  timestamptz NOT NULL,
    leaf        bytea NOT NULL CHECK (octet_length(leaf) <= 65535),
    leaf_hash   bytea NOT NULL,
    opening     bytea NOT NULL,
    key_id      uuid NOT NULL,
    command     uuid NOT NULL,
    ordinal     smallint NOT NULL,
    CONSTRAINT events_stream_seq UNIQUE (stream, seq)
);
CREATE UNIQUE INDEX events_command ON events (command) WHERE ordinal = 0;
COMMENT ON TABLE events IS 'The log. position is the Merkle leaf index; leaf is served verbatim; opening is encrypted.';
ALTER TABLE events ALTER COLUMN leaf SET STORAGE EXTERNAL;
ALTER TABLE events ALTER COLUMN opening SET STORAGE EXTERNAL;

CREATE TABLE log_head (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    size       bigint NOT NULL,
    registered timestamptz NOT NULL,
    urgent     bigint NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE log_head IS 'Its lock orders all appends; urgent is the size up to which legal effect waits for a stamp.';
INSERT INTO log_head VALUES (true, 0, 'epoch', 0);

CREATE TABLE tiles (
    level  smallint NOT NULL,
    index  bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, index)
);
COMMENT ON TABLE tiles IS 'C2SP tlog-tiles, one growing row a tile; derived from events and checked against them.';
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE checkpoints (
    size   bigint PRIMARY KEY,
    root   bytea NOT NULL,
    note   text NOT NULL,
    signed timestamptz NOT NULL
);

CREATE TABLE timestamps (
    size     bigint PRIMARY KEY REFERENCES checkpoints (size),
    tsa      text NOT NULL,
    query    bytea NOT NULL,
    response bytea NOT NULL,
    sha256   bytea NOT NULL,
    gen_time timestamptz NOT NULL
);
COMMENT ON COLUMN timestamps.sha256 IS 'Of response: what later leaves carry as their beacon.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['events', 'checkpoints', 'timestamps'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t || '_row', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_all', t);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_row');
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_all');
    END LOOP;
END
$$;

CREATE TYPE log_state AS (
    size bigint, registered_us bigint, beacon_size bigint, beacon_hash bytea, conflicts integer[]
);

CREATE FUNCTION log_now(at_size bigint, at_time timestamptz, lost integer[]) RETURNS log_state
LANGUAGE sql STABLE AS $$
    SELECT at_size, (extract(epoch FROM at_time) * 1000000)::bigint, t.size, t.sha256, lost
    FROM (SELECT) AS always
    LEFT JOIN (SELECT s.size, s.sha256 FROM timestamps AS s ORDER BY s.size DESC LIMIT 1) AS t ON true
$$;

CREATE FUNCTION log_lock() RETURNS log_state LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    head log_head%ROWTYPE;
BEGIN
    SELECT * INTO head FROM log_head FOR UPDATE;
    RETURN log_now(head.size, head.registered, NULL);
END
$$;
COMMENT ON FUNCTION log_lock IS 'Takes the head for this transaction and tells where the log stands.';

CREATE FUNCTION log_append(
    expected bigint, streams text[], seqs integer[], types text[], registered_us bigint[],
    prevs bytea[], leaves bytea[], leaf_hashes bytea[], openings bytea[], key_ids uuid[],
    commands uuid[], ordinals smallint[], urgent_rows integer,
    new_keys uuid[], new_subjects text[], new_wrapped bytea[]
) RETURNS log_state LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    head log_head%ROWTYPE;
    bad integer[];
    count integer := cardinality(streams);
BEGIN
    SELECT * INTO head FROM log_head FOR UPDATE;
    IF head.size <> expected THEN
        RETURN log_now(head.size, head.registered, ARRAY[]::integer[]);
    END IF;
    -- A prev is given for the first event of each append to an existing stream.
    SELECT array_agg(n) INTO bad
    FROM unnest(streams, seqs, prevs) WITH ORDINALITY AS r (stream, seq, prev, n)
    WHERE prev IS NOT NULL AND NOT EXISTS (
        SELECT FROM events AS e WHERE e.stream = r.stream AND e.seq = r.seq - 1 AND e.leaf_hash = r.prev
    );
    IF bad IS NULL THEN
        BEGIN
            INSERT INTO data_keys SELECT * FROM unnest(new_keys, new_subjects, new_wrapped);
            INSERT INTO events
            SELECT expected + n - 1, stream, seq, type,
                   timestamptz 'epoch' + us * interval '1 microsecond',
                   leaf, leaf_hash, opening, key_id, command, ordinal
            FROM unnest(streams, seqs, types, registered_us, leaves, leaf_hashes, openings,
                        key_ids, commands, ordinals)
                 WITH ORDINALITY AS r (stream, seq, type, us, leaf, leaf_hash, opening,
                                       key_id, command, ordinal, n);
        EXCEPTION WHEN unique_violation THEN
            SELECT array_agg(n) INTO bad
            FROM unnest(streams, seqs, commands, ordinals) WITH ORDINALITY AS r (stream, seq, command, ordinal, n)
            WHERE EXISTS (SELECT FROM events AS e WHERE e.stream = r.stream AND e.seq = r.seq)
               OR EXISTS (SELECT FROM events AS e WHERE r.ordinal = 0 AND e.command = r.command AND e.ordinal = 0)
               OR EXISTS (SELECT FROM data_keys AS k WHERE k.subject = r.stream AND r.seq = 0);
            IF bad IS NULL THEN
                RAISE;
            END IF;
        END;
    END IF;
    IF bad IS NOT NULL THEN
        RETURN log_now(head.size, head.registered, bad);
    END IF;
    UPDATE log_head
    SET size = expected + count,
        registered = timestamptz 'epoch' + registered_us[count] * interval '1 microsecond',
        urgent = CASE WHEN urgent_rows > 0 THEN expected + urgent_rows ELSE log_head.urgent END
    RETURNING * INTO head;
    PERFORM pg_notify('appended', head.size::text);
    RETURN log_now(head.size, head.registered, NULL);
END
$$;
COMMENT ON FUNCTION log_append IS 'Appends rows at expected, all or none. conflicts: NULL appended, empty the head has moved, else the row numbers that lost a race.';

REVOKE ALL ON FUNCTION log_lock, log_append, log_now FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_lock, log_append, log_now TO loket_app;
GRANT SELECT ON events, data_keys, log_head, tiles, checkpoints, timestamps TO loket_app;
GRANT INSERT, UPDATE ON tiles TO loket_app;
GRANT INSERT ON checkpoints, timestamps TO loket_app;
