-- Contacts whom a channel began to name otherwise: the conversation of the new name is that of the old one.
CREATE TABLE namesake (
    conversation BLOB PRIMARY KEY,
    account TEXT NOT NULL,
    external_key TEXT NOT NULL
) WITHOUT ROWID;
