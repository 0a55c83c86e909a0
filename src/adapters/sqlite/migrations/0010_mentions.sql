-- Notes that name agents, until there are too many of them.
CREATE TABLE mention (
    agent BLOB NOT NULL,
    conversation BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (agent, conversation, seq)
) WITHOUT ROWID;
CREATE INDEX mention_by_time ON mention (agent, at);
