-- Files that visitors and agents attach. owner: a conversation or an agent. message: the key of the message it was sent
-- with; null: not sent, and to be taken out after an hour. finished: all parts are there.
CREATE TABLE upload (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    at INTEGER NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0,
    message TEXT
);
CREATE INDEX upload_by_owner ON upload (owner, at);
CREATE INDEX upload_by_account ON upload (account, at);
CREATE INDEX upload_unsent ON upload (at) WHERE message IS NULL;

-- Their bytes; an address is upload << 32 | part.
CREATE TABLE upload_part (
    address INTEGER PRIMARY KEY,
    upload INTEGER AS (address >> 32) VIRTUAL,
    number INTEGER AS (address & 4294967295) VIRTUAL,
    bytes BLOB NOT NULL
);
