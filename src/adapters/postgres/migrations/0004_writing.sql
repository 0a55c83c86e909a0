-- Words that agents need again and again.
CREATE TABLE canned_reply (
    name text COLLATE "C" PRIMARY KEY,
    text text NOT NULL,
    author text NOT NULL,
    at bigint NOT NULL
);

-- What an agent has begun to write and not sent. The conversation need not exist.
CREATE TABLE reply_draft (
    agent uuid NOT NULL,
    conversation uuid NOT NULL,
    text text NOT NULL,
    note boolean NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (agent, conversation)
);
