-- Files that visitors and agents attach. owner: a conversation or an agent. message: the key of the message it was sent
-- with; null: not sent, and to be taken out after an hour. finished: all parts are there.
CREATE TABLE upload (
    key uuid PRIMARY KEY,
    owner uuid NOT NULL,
    account text NOT NULL,
    name text NOT NULL,
    bytes bigint NOT NULL,
    at bigint NOT NULL,
    finished boolean NOT NULL DEFAULT false,
    message text
);
CREATE INDEX upload_by_owner ON upload (owner, at);
CREATE INDEX upload_by_account ON upload (account, at);
CREATE INDEX upload_unsent ON upload (at) WHERE message IS NULL;

-- Their bytes, as they are: most files are compressed already.
CREATE TABLE upload_part (
    upload uuid NOT NULL,
    number integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (upload, number)
);
ALTER TABLE upload_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
