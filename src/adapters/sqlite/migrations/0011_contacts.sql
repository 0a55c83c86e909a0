-- Conversations that are known to be with one person; whoever has no row stands alone.
CREATE TABLE contact_link (
    conversation BLOB PRIMARY KEY,
    contact BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX contact_link_by_contact ON contact_link (contact);

-- Who said so, and what was before: JSON, a list of conversation and contact. undone_by: who took it back.
CREATE TABLE contact_merge (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    contact BLOB NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    before TEXT NOT NULL,
    undone_at INTEGER,
    undone_by TEXT
);
CREATE INDEX contact_merge_by_contact ON contact_merge (contact, number);
