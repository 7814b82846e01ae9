-- More than one token over one checkpoint: a log in which nothing happens is still stamped every
-- hour and around midnight, so that the next event names a recent token as its beacon.

ALTER TABLE timestamps DROP CONSTRAINT timestamps_pkey, ADD PRIMARY KEY (size, gen_time);

CREATE OR REPLACE FUNCTION log_now(at_size bigint, at_time timestamptz, lost integer[])
RETURNS log_state LANGUAGE sql STABLE AS $$
    SELECT at_size, (extract(epoch FROM at_time) * 1000000)::bigint, t.size, t.sha256, lost
    FROM (SELECT) AS always
    LEFT JOIN (
        SELECT s.size, s.sha256 FROM timestamps AS s ORDER BY s.size DESC, s.gen_time DESC LIMIT 1
    ) AS t ON true
$$;
