-- E-mail alerts whose end is not known, by the address of their event, which says what stands in them. States: 0 waiting, 1
-- being sent. at: not before, and while one is being sent, how long nobody else begins.
CREATE TABLE alert (
    address INTEGER PRIMARY KEY,
    conversation INTEGER AS (address >> 32) VIRTUAL,
    seq INTEGER AS (address & 4294967295) VIRTUAL,
    state INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL
);
CREATE INDEX alert_by_time ON alert (at);
