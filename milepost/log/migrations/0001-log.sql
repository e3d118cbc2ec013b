CREATE TABLE log.events (
    originator_id text NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version > 0),
    topic text NOT NULL,
    state bytea NOT NULL CHECK (length(state) <= 65535),
    notification_id bigint NOT NULL CHECK (notification_id > 0),
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.02
);
CREATE UNIQUE INDEX events_notification_id_idx ON log.events (notification_id);
COMMENT ON TABLE log.events IS 'Every event: stream, version, kind, canonical bytes, position. Nothing is ever changed or removed.';

CREATE TABLE log.outcomes (
    actor text NOT NULL,
    command_id text NOT NULL,
    digest bytea NOT NULL,
    outcome bytea NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (actor, command_id)
);
COMMENT ON TABLE log.outcomes IS 'What every command was answered, and the SHA-256 of what it asked: a repeat gets the same answer.';

CREATE TABLE log.writer ();
COMMENT ON TABLE log.writer IS 'Always empty: who writes events locks it, so that positions are visible in their order.';

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'nothing in %.% is ever changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Record a new event that corrects or reverses the old one.';
END $$;

CREATE FUNCTION log.demand_lock() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'log.writer'::regclass AND pid = pg_backend_pid()
            AND mode = 'ExclusiveLock' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) THEN
        RAISE EXCEPTION 'whoever writes to %.% first locks log.writer in exclusive mode', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log.outcomes EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER refuse_rows BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON log.writer EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER demand_lock BEFORE INSERT ON log.events EXECUTE FUNCTION log.demand_lock();
CREATE TRIGGER demand_lock BEFORE INSERT ON log.outcomes EXECUTE FUNCTION log.demand_lock();

-- ALWAYS: also in a session that plays a replica, where plain triggers are silent.
ALTER TABLE log.events ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER demand_lock;
ALTER TABLE log.outcomes ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER demand_lock;
ALTER TABLE log.writer ENABLE ALWAYS TRIGGER refuse_rows;
