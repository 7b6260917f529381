-- What our schema holds of all that its statements make or look at, as one digest, and what was remembered of earlier
-- ones. What statements leave alone once it is there counts with its name; functions count whole, for they are made anew.
-- Nothing is named by its number, which the table of a rebuilt read model has anew; nor is anything looked up that would
-- wait for a lock on a table.
WITH home AS (
    SELECT oid, nspname, nspacl FROM pg_namespace WHERE nspname = current_schema()
),
relation AS (
    SELECT c.oid, relname, relkind, relrowsecurity, relacl FROM pg_class c JOIN home ON relnamespace = home.oid
),
function AS (
    SELECT f.* FROM pg_proc f JOIN home ON pronamespace = home.oid
),
held (thing) AS (
    SELECT jsonb_build_array('schema', current_database(), nspname, nspacl::text) FROM home
    UNION ALL
    SELECT jsonb_build_array('relation', relname, relkind, relrowsecurity, relacl::text) FROM relation
    UNION ALL
    SELECT jsonb_build_array('comment', relname, description)
    FROM pg_description JOIN relation ON objoid = relation.oid AND classoid = 'pg_class'::regclass AND objsubid = 0
    UNION ALL
    SELECT jsonb_build_array('column', relname, attname, atttypid, attnotnull, attstorage, attgenerated, atthasdef)
    FROM pg_attribute JOIN relation ON attrelid = relation.oid
    WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT jsonb_build_array('index', i.relname, t.relname)
    FROM pg_index JOIN relation i ON indexrelid = i.oid JOIN relation t ON indrelid = t.oid
    UNION ALL
    SELECT jsonb_build_array('function', to_jsonb(function) - 'oid') FROM function
    UNION ALL
    SELECT jsonb_build_array('trigger', relname, tgname, tgtype, tgenabled)
    FROM pg_trigger JOIN relation ON tgrelid = relation.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT jsonb_build_array('policy', relname, polname) FROM pg_policy JOIN relation ON polrelid = relation.oid
)
SELECT encode(sha256(convert_to(string_agg(thing::text, E'\n' ORDER BY thing::text COLLATE "C"), 'UTF8')), 'hex'), (
    SELECT description FROM pg_description JOIN function ON objoid = function.oid
    WHERE classoid = 'pg_proc'::regclass AND proname = 'reader_role' AND pronargs = 0
)
FROM held
