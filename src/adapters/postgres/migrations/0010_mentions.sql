-- Notes that name agents, until there are too many of them.
CREATE TABLE mention (
    agent uuid NOT NULL,
    conversation uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    seen boolean NOT NULL DEFAULT false,
    PRIMARY KEY (agent, conversation, seq)
);
CREATE INDEX mention_by_time ON mention (agent, at);
