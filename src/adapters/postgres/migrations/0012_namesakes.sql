-- Contacts whom a channel began to name otherwise: the conversation of the new name is that of the old one.
CREATE TABLE namesake (
    conversation uuid PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    external_key text COLLATE "C" NOT NULL
);
