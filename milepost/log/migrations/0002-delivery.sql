CREATE SCHEMA delivery;

CREATE TABLE delivery.relay (
    log text PRIMARY KEY,
    owner text NOT NULL DEFAULT '',
    epoch bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL DEFAULT '-infinity',
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz,
    topic_id text
);
COMMENT ON TABLE delivery.relay IS 'For each log (id/generation): the owner, epoch and end of the relay''s lease; the position up to which Kafka has acknowledged every event, when the event there was recorded, and the id of the topic.';

CREATE TABLE delivery.partitions (
    log text NOT NULL,
    partition int NOT NULL,
    start_offset bigint NOT NULL DEFAULT 0,
    end_offset bigint NOT NULL,
    previous_end_offset bigint NOT NULL DEFAULT 0,
    previous_position bigint NOT NULL DEFAULT 0,
    previous_recorded_at timestamptz,
    PRIMARY KEY (log, partition)
);
COMMENT ON TABLE delivery.partitions IS 'For each partition of the topic: the offset from which records count, the offset after the last acknowledged record, and the end offset before that. A reader at previous_end_offset has every event of the partition up to previous_position.';

CREATE TABLE delivery.parked_streams (
    log text NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    retry_requested_at timestamptz,
    PRIMARY KEY (log, stream)
);
COMMENT ON TABLE delivery.parked_streams IS 'Streams that the relay doesn''t publish, from the event on that Kafka doesn''t take, and when a retry was requested.';

CREATE TABLE delivery.webhooks (
    name text PRIMARY KEY,
    url text NOT NULL,
    secret text NOT NULL,
    private text,
    project text,
    kinds text[],
    rate int,
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'active',
    failures int NOT NULL DEFAULT 0,
    due timestamptz NOT NULL DEFAULT now(),
    why text,
    since timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE delivery.webhooks IS 'Webhook subscriptions: the address, which events are wanted, the position of the last delivered event, the state (active, parked or gone) and the next attempt.';
