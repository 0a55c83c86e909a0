-- Filters that people keep under a name. No owner: everybody's.
CREATE TABLE saved_view (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    owner BLOB,
    filter TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
