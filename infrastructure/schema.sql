-- The log. The columns are those of the eventsourcing library; ids come from append_events, never from a sequence,
-- so that they are dense and in commit order. Stored rows are for ever: change nothing here without a decision record.
CREATE TABLE IF NOT EXISTS events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);

CREATE UNIQUE INDEX IF NOT EXISTS events_notification_id_idx ON events (notification_id);

CREATE TABLE IF NOT EXISTS idempotency_keys (
    workspace_id uuid NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    stream uuid NOT NULL,
    position bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, key)
);

CREATE INDEX IF NOT EXISTS idempotency_keys_at_idx ON idempotency_keys (at);

CREATE TABLE IF NOT EXISTS payloads (
    workspace_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace_id, sha256)
);

-- Names and passwords of people live here, apart from the log, until the log can encrypt them.
CREATE TABLE IF NOT EXISTS credentials (
    user_id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS credentials_name_idx ON credentials (lower(name));

CREATE TABLE IF NOT EXISTS projection_positions (
    name text PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

-- One call appends a batch of commands in one transaction. Each command is appended whole or not at all:
-- a version that exists already refuses its command alone, and a known idempotency key gives the first outcome again.
CREATE OR REPLACE FUNCTION append_events(
    e_stream uuid[], e_version bigint[], e_topic text[], e_state bytea[], e_command int[],
    k_command int[], k_workspace uuid[], k_key text[], k_digest bytea[]
) RETURNS TABLE (command int, outcome text, stream uuid, "position" bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    base bigint;
    known int[];
    refused int[];
BEGIN
    PERFORM pg_advisory_xact_lock(8243500162024);
    SELECT coalesce(max(e.notification_id), 0) INTO base FROM events e;

    RETURN QUERY
        SELECT k.command, CASE WHEN i.digest = k.digest THEN 'known' ELSE 'reused' END, i.stream, i.position
        FROM unnest(k_command, k_workspace, k_key, k_digest) k (command, workspace, key, digest)
        JOIN idempotency_keys i ON i.workspace_id = k.workspace AND i.key = k.key;
    SELECT coalesce(array_agg(k.command), '{}') INTO known
        FROM unnest(k_command, k_workspace, k_key) k (command, workspace, key)
        WHERE EXISTS (SELECT 1 FROM idempotency_keys i WHERE i.workspace_id = k.workspace AND i.key = k.key);

    -- a plain join here would let a cached plan scan the log
    SELECT coalesce(array_agg(DISTINCT c.command), '{}') INTO refused
        FROM unnest(e_stream, e_version, e_command) c (stream, version, command)
        CROSS JOIN LATERAL (
            SELECT 1 FROM events e
            WHERE e.originator_id = c.stream AND e.originator_version = c.version LIMIT 1
        ) taken
        WHERE c.command <> ALL (known);
    RETURN QUERY SELECT r, 'conflict', NULL::uuid, NULL::bigint FROM unnest(refused) r;

    RETURN QUERY
        WITH appended AS (
            INSERT INTO events (originator_id, originator_version, topic, state, notification_id)
            SELECT n.stream, n.version, n.topic, n.state, base + row_number() OVER (ORDER BY n.place)
            FROM unnest(e_stream, e_version, e_topic, e_state, e_command)
                WITH ORDINALITY n (stream, version, topic, state, command, place)
            WHERE n.command <> ALL (known) AND n.command <> ALL (refused)
            RETURNING originator_id, originator_version, notification_id
        ), done AS (
            SELECT n.command, (array_agg(n.stream ORDER BY n.place))[1] AS stream, max(a.notification_id) AS last
            FROM appended a
            JOIN unnest(e_stream, e_version, e_command) WITH ORDINALITY n (stream, version, command, place)
                ON n.stream = a.originator_id AND n.version = a.originator_version
                AND n.command <> ALL (known) AND n.command <> ALL (refused)
            GROUP BY n.command
        ), kept AS (
            INSERT INTO idempotency_keys (workspace_id, key, digest, stream, position)
            SELECT k.workspace, k.key, k.digest, d.stream, d.last
            FROM unnest(k_command, k_workspace, k_key, k_digest) k (command, workspace, key, digest)
            JOIN done d ON d.command = k.command
        )
        SELECT d.command, 'appended', d.stream, d.last FROM done d;
    NOTIFY events;
END $$;
