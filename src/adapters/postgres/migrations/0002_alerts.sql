-- E-mail alerts whose end is not known; their events say what stands in them. States: 0 waiting, 1 being sent. at: not
-- before, and while one is being sent, how long nobody else begins.
CREATE TABLE alert (
    conversation uuid NOT NULL,
    seq bigint NOT NULL,
    state smallint NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    flagged boolean NOT NULL DEFAULT false,
    at bigint NOT NULL,
    PRIMARY KEY (conversation, seq)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
CREATE INDEX alert_by_time ON alert (at);
