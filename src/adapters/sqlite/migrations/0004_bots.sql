-- Which version of each bot answers. The hash is of the file that the bot last came from.
CREATE TABLE bot (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    file BLOB
) WITHOUT ROWID;

-- Versions never change and are never deleted: conversations may be in the middle of them.
CREATE TABLE bot_version (
    bot TEXT NOT NULL,
    number INTEGER NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bot, number)
);

-- No document: it was published. The row stays, so that no revision comes twice.
CREATE TABLE bot_draft (
    bot TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    document TEXT
);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    note TEXT NOT NULL
);

CREATE TABLE api_token (
    hash BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    used_at INTEGER
) WITHOUT ROWID;
