-- Groups 3, 4 and 5: conversations that are snoozed, closed, and those whose contact is blocked.
INSERT INTO mode_count VALUES (3, 0), (4, 0), (5, 0);

-- Up to which seq anybody of us has seen what the contact wrote, and how many messages of theirs that were.
CREATE TABLE seen (
    conversation INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    heard INTEGER NOT NULL
);
