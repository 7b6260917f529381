-- Run last: what requests read beside the read models, and a guard on whatever else says whose rows it holds.
DO $$ BEGIN
    IF NOT has_schema_privilege(reader_role(), current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader_role());
    END IF;
END $$;

SELECT guard_rows('payload_chunks', 'EXISTS (SELECT FROM payloads p WHERE p.upload = payload_chunks.upload)');
SELECT let_requests_read(readable::regclass)
FROM unnest(ARRAY['payloads', 'payload_chunks', 'idempotency_keys', 'webhook_deliveries', 'access_audit']) readable;

SELECT guard_rows(attrelid) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
  AND attname = 'workspace_id' AND NOT attisdropped;
