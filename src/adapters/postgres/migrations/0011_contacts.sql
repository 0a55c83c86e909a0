-- Conversations that are known to be with one person; whoever has no row stands alone.
CREATE TABLE contact_link (
    conversation uuid PRIMARY KEY,
    contact uuid NOT NULL
);
CREATE INDEX contact_link_by_contact ON contact_link (contact);

-- Who said so, and what was before: JSON, a list of conversation and contact. undone_by: who took it back.
CREATE TABLE contact_merge (
    number bigserial PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    contact uuid NOT NULL,
    at bigint NOT NULL,
    author text NOT NULL,
    before text NOT NULL,
    undone_at bigint,
    undone_by text
);
CREATE INDEX contact_merge_by_contact ON contact_merge (contact, number);
