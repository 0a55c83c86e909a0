-- A new generation with every new database: positions of clients are only good within one.
CREATE TABLE meta (generation TEXT NOT NULL);
INSERT INTO meta VALUES (lower(hex(randomblob(16))));

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    bot TEXT NOT NULL
) WITHOUT ROWID;

-- Everything inside goes by the number; the id is for the outside. Mode, list_at and summary come with the first append.
CREATE TABLE conversation (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    account TEXT NOT NULL,
    external_key TEXT NOT NULL,
    owner_inc BLOB NOT NULL,
    owner_epoch INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    mode INTEGER,
    list_at INTEGER,
    summary TEXT
);
CREATE INDEX conversation_by_list ON conversation (mode, list_at) WHERE mode IS NOT NULL;

-- How many conversations are in each mode, so that nobody has to count a million rows.
CREATE TABLE mode_count (mode INTEGER PRIMARY KEY, conversations INTEGER NOT NULL);
INSERT INTO mode_count VALUES (0, 0), (1, 0), (2, 0);

-- An address is conversation << 32 | seq: as one number it is the cheapest key there is, and keeps a log together. The
-- two parts are there for people who look in.
CREATE TABLE event (
    address INTEGER PRIMARY KEY,
    conversation INTEGER AS (address >> 32) VIRTUAL,
    seq INTEGER AS (address & 4294967295) VIRTUAL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
);

-- What was accepted under which key, and the last seq of it.
CREATE TABLE dedupe (
    conversation INTEGER NOT NULL,
    key TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (conversation, key)
) WITHOUT ROWID;

-- A cached fold. Apart from its conversation, whose row is written with every append.
CREATE TABLE snapshot (
    conversation INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL
);

-- next_try_at is due_at until the deadline is given to somebody, then later.
CREATE TABLE deadline (
    conversation INTEGER PRIMARY KEY,
    due_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL
);
CREATE INDEX deadline_by_time ON deadline (next_try_at);

-- Messages on their way out, and only those, by the address of their event. Numbers only ever grow. States: 0 queued,
-- 1 uncertain (and to be sent again), 2 sending, 3 withdrawn; numbers, because a condition over a list of words costs a
-- temporary table each time.
CREATE TABLE outbox (
    address INTEGER PRIMARY KEY,
    conversation INTEGER AS (address >> 32) VIRTUAL,
    seq INTEGER AS (address & 4294967295) VIRTUAL,
    account TEXT NOT NULL,
    number INTEGER NOT NULL,
    state INTEGER NOT NULL,
    by_bot INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    sending_inc BLOB,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
);
CREATE INDEX outbox_by_account ON outbox (account, number);
CREATE INDEX outbox_left_behind ON outbox (next_try_at) WHERE state >= 2;

-- Messages that failed or are left uncertain, kept should somebody send them again. Apart from the outbox, because they
-- only ever become more, and a sender must not read past them.
CREATE TABLE shelf (
    address INTEGER PRIMARY KEY,
    conversation INTEGER AS (address >> 32) VIRTUAL,
    seq INTEGER AS (address & 4294967295) VIRTUAL,
    account TEXT NOT NULL,
    number INTEGER NOT NULL,
    by_bot INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE raw_inbound (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE probe (number INTEGER PRIMARY KEY, at INTEGER NOT NULL);

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL,
    password_hash TEXT
) WITHOUT ROWID;

CREATE TABLE session (
    token BLOB PRIMARY KEY,
    agent BLOB NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE invitation (
    token BLOB PRIMARY KEY,
    agent BLOB NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;
