-- The second wall between workspaces. Requests read as a role that owns nothing and may read little, and of that only
-- the rows of the workspace that their transaction names (Database.reading). The owner of the tables sees everything.

-- Roles are of the whole server, so this one is named after the database: no other installation comes by its rights.
CREATE OR REPLACE FUNCTION reader_role() RETURNS name LANGUAGE sql STABLE AS $$
    SELECT (left(current_database(), 56) || '_reader')::name
$$;

-- Who reads without naming a workspace gets an error, and never everything. Altering locks, so what is there is left.
CREATE OR REPLACE FUNCTION guard_rows(
    guarded regclass, condition text DEFAULT $of$workspace_id = (SELECT current_setting('z2.workspace')::uuid)$of$
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = guarded AND polname = 'of_the_workspace') THEN
        EXECUTE format('CREATE POLICY of_the_workspace ON %s USING (%s)', guarded, condition);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = guarded AND relrowsecurity) THEN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION let_requests_read(readable regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM guard_rows(readable);
    IF NOT has_table_privilege(reader_role(), readable, 'SELECT') THEN
        EXECUTE format('GRANT SELECT ON %s TO %I', readable, reader_role());
    END IF;
END $$;
