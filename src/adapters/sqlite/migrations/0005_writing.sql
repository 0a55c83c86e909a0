-- Words that agents need again and again.
CREATE TABLE canned_reply (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

-- What an agent has begun to write and not sent. The conversation need not exist.
CREATE TABLE reply_draft (
    agent BLOB NOT NULL,
    conversation BLOB NOT NULL,
    text TEXT NOT NULL,
    note INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (agent, conversation)
) WITHOUT ROWID;
