-- Conversations that are snoozed, closed, or whose contact is blocked, are in groups of their own.
ALTER TABLE mode_count
    ADD COLUMN snoozed bigint NOT NULL DEFAULT 0,
    ADD COLUMN closed bigint NOT NULL DEFAULT 0,
    ADD COLUMN blocked bigint NOT NULL DEFAULT 0;

-- Up to which seq anybody of us has seen what the contact wrote, and how many messages of theirs that were.
CREATE TABLE seen (
    conversation uuid PRIMARY KEY,
    seq bigint NOT NULL,
    heard bigint NOT NULL
);
