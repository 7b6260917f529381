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
    body bytea,
    PRIMARY KEY (workspace_id, sha256)
);

CREATE TABLE IF NOT EXISTS payload_chunks (
    upload uuid NOT NULL,
    number int NOT NULL,
    encoding text NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (upload, number)
);

-- A payload is one row, packed as `encoding` says, or the chunks of one upload. Whatever nothing refers to is collected
-- once it has not been touched for the grace time. Altering locks the table, so it is done once.
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_attribute WHERE attrelid = 'payloads'::regclass AND attname = 'touched_at' AND NOT attisdropped
    ) THEN
        ALTER TABLE payloads
            ALTER COLUMN body DROP NOT NULL,
            ALTER COLUMN body SET STORAGE EXTERNAL,
            ADD COLUMN encoding text NOT NULL DEFAULT 'plain',
            ADD COLUMN upload uuid,
            ADD COLUMN touched_at timestamptz NOT NULL DEFAULT now();
        ALTER TABLE payload_chunks ALTER COLUMN body SET STORAGE EXTERNAL;
    END IF;
END $$;

CREATE UNIQUE INDEX IF NOT EXISTS payloads_upload_idx ON payloads (upload) WHERE upload IS NOT NULL;

-- How often the events refer to a payload, counted from the log by a follower of the same name.
CREATE TABLE IF NOT EXISTS payload_references (
    workspace_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (workspace_id, sha256)
);

-- Names and passwords stood here before the log could encrypt them; nothing reads them any more.
DROP TABLE IF EXISTS credentials;

-- Whom a name signs in, by the blind index of the name; and when and from where credentials were used.
CREATE TABLE IF NOT EXISTS sign_in_names (
    name bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS sign_in_names_user_idx ON sign_in_names (user_id);

CREATE TABLE IF NOT EXISTS credential_uses (
    credential uuid PRIMARY KEY,
    last_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS credential_addresses (
    credential uuid NOT NULL,
    address bytea NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (credential, address)
);

-- Who came in, who was refused, and who was given what. Addresses are blind indices; the oldest rows are deleted. What
-- a follower of the log tells has the position of its event, and what it is about.
CREATE TABLE IF NOT EXISTS access_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    reason text NOT NULL,
    workspace_id uuid,
    user_id uuid,
    address bytea,
    about uuid,
    position bigint,
    count bigint NOT NULL DEFAULT 1
);

CREATE INDEX IF NOT EXISTS access_audit_at_idx ON access_audit (at);
CREATE INDEX IF NOT EXISTS access_audit_workspace_idx ON access_audit (workspace_id, id);
CREATE INDEX IF NOT EXISTS access_audit_user_idx ON access_audit (user_id, id);
CREATE UNIQUE INDEX IF NOT EXISTS access_audit_refused_idx
    ON access_audit (workspace_id, user_id, reason, date_trunc('minute', at AT TIME ZONE 'UTC')) WHERE kind = 'refused';

-- The key of each person or thing that something is sealed for, wrapped by the encryption key whose name is `kek`. Where
-- the key is destroyed, the row stays without it, so that no other is ever made.
CREATE TABLE IF NOT EXISTS subject_keys (
    subject uuid PRIMARY KEY,
    wrapped bytea,
    kek text,
    made_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL) AND (kek IS NULL) = (wrapped IS NULL))
);

-- Webhooks, but for what the log tells of them: the secrets that messages are signed with, how far each has come, and
-- the deliveries that did not succeed at once.
CREATE TABLE IF NOT EXISTS webhook_secrets (
    webhook_id uuid NOT NULL,
    number int NOT NULL,
    secret text NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (webhook_id, number)
);

-- Secrets are kept in boxes of the vault; those from before are moved there when a process starts. Altering locks the
-- table, so it is done once.
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_attribute
        WHERE attrelid = 'webhook_secrets'::regclass AND attname = 'box' AND NOT attisdropped
    ) THEN
        ALTER TABLE webhook_secrets ADD COLUMN box bytea, ALTER COLUMN secret DROP NOT NULL;
    END IF;
END $$;

CREATE TABLE IF NOT EXISTS webhook_positions (
    webhook_id uuid PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS webhook_deliveries (
    webhook_id uuid NOT NULL,
    position bigint NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    attempts int NOT NULL,
    next_at timestamptz,
    response_status int,
    error text NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (webhook_id, position)
);

-- Whose deliveries they are, as the read model knows of those that are older than the column.
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_attribute
        WHERE attrelid = 'webhook_deliveries'::regclass AND attname = 'workspace_id' AND NOT attisdropped
    ) THEN
        ALTER TABLE webhook_deliveries ADD COLUMN workspace_id uuid;
        IF EXISTS (SELECT FROM webhook_deliveries) THEN
            UPDATE webhook_deliveries d SET workspace_id = w.workspace_id FROM webhooks w WHERE w.id = d.webhook_id;
            DELETE FROM webhook_deliveries WHERE workspace_id IS NULL;
        END IF;
        ALTER TABLE webhook_deliveries ALTER COLUMN workspace_id SET NOT NULL;
    END IF;
END $$;

CREATE INDEX IF NOT EXISTS webhook_deliveries_status_idx ON webhook_deliveries (status, webhook_id, position);

CREATE TABLE IF NOT EXISTS projection_positions (
    name text PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS projection_stops (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    event_type text NOT NULL,
    error text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

-- One call appends a batch of commands in one transaction. Each command is appended whole or not at all: a stream whose
-- last version is not the one before refuses its command alone, and a known idempotency key repeats its command alone.
-- The rows of the others get the ids after `base` in their order, so the caller knows every position from this one row.
-- A command below 0 is the library's: it goes wherever its versions are free, even if that leaves a hole in a stream.
-- Whoever calls this tells those who listen by itself, or has it done by append_batch.
CREATE OR REPLACE FUNCTION append_events(
    e_stream uuid[], e_version bigint[], e_topic text[], e_state bytea[], e_command int[],
    k_command int[], k_workspace uuid[], k_key text[], k_digest bytea[],
    OUT base bigint, OUT refused int[],
    OUT known int[], OUT known_digest bytea[], OUT known_stream uuid[], OUT known_position bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    left_out int[];
BEGIN
    PERFORM pg_advisory_xact_lock(8243500162024);
    SELECT coalesce(max(e.notification_id), 0) INTO base FROM events e;

    IF cardinality(k_command) > 0 THEN
        SELECT array_agg(k.command), array_agg(i.digest), array_agg(i.stream), array_agg(i.position)
        INTO known, known_digest, known_stream, known_position
        FROM unnest(k_command, k_workspace, k_key) k (command, workspace, key)
        CROSS JOIN LATERAL (
            SELECT * FROM idempotency_keys i WHERE i.workspace_id = k.workspace AND i.key = k.key LIMIT 1
        ) i;
    END IF;

    IF e_command[1] < 0 THEN
        -- a plain join here would let a cached plan scan the log
        SELECT array_agg(DISTINCT c.command) INTO refused
        FROM unnest(e_stream, e_version, e_command) c (stream, version, command)
        CROSS JOIN LATERAL (
            SELECT 1 FROM events e WHERE e.originator_id = c.stream AND e.originator_version = c.version LIMIT 1
        ) taken;
    ELSE
        SELECT array_agg(DISTINCT c.command) INTO refused
        FROM (
            SELECT u.command, u.stream, min(u.version) AS version
            FROM unnest(e_stream, e_version, e_command) u (stream, version, command)
            GROUP BY u.command, u.stream
        ) c
        LEFT JOIN LATERAL (
            SELECT e.originator_version AS version FROM events e
            WHERE e.originator_id = c.stream ORDER BY e.originator_version DESC LIMIT 1
        ) last ON true
        WHERE c.version <> coalesce(last.version, 0) + 1;
    END IF;

    left_out := coalesce(known, '{}') || coalesce(refused, '{}');

    INSERT INTO events (originator_id, originator_version, topic, state, notification_id)
    SELECT n.stream, n.version, n.topic, n.state, base + row_number() OVER (ORDER BY n.place)
    FROM unnest(e_stream, e_version, e_topic, e_state, e_command)
        WITH ORDINALITY n (stream, version, topic, state, command, place)
    WHERE n.command <> ALL (left_out);

    IF cardinality(k_command) > 0 THEN
        INSERT INTO idempotency_keys (workspace_id, key, digest, stream, position)
        SELECT k.workspace, k.key, k.digest, d.stream, d.last
        FROM unnest(k_command, k_workspace, k_key, k_digest) k (command, workspace, key, digest)
        JOIN (
            SELECT n.command, (array_agg(n.stream ORDER BY n.place))[1] AS stream, max(n.id) AS last
            FROM (
                SELECT c.command, c.stream, c.place, base + row_number() OVER (ORDER BY c.place) AS id
                FROM unnest(e_stream, e_command) WITH ORDINALITY c (stream, command, place)
                WHERE c.command <> ALL (left_out)
            ) n
            GROUP BY n.command
        ) d ON d.command = k.command;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION append_batch(
    e_stream uuid[], e_version bigint[], e_topic text[], e_state bytea[], e_command int[],
    k_command int[], k_workspace uuid[], k_key text[], k_digest bytea[],
    OUT base bigint, OUT refused int[],
    OUT known int[], OUT known_digest bytea[], OUT known_stream uuid[], OUT known_position bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.* INTO base, refused, known, known_digest, known_stream, known_position
    FROM append_events(
        e_stream, e_version, e_topic, e_state, e_command, k_command, k_workspace, k_key, k_digest
    ) a;
    NOTIFY events;
END $$;
