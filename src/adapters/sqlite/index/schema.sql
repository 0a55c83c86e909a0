-- How far the index has come: the database it is of; whether it was closed in order, and at which commit; the last
-- conversation that was looked at, and whether all were.
CREATE TABLE progress (
    generation TEXT NOT NULL,
    closed_at INTEGER,
    swept INTEGER NOT NULL DEFAULT 0,
    complete INTEGER NOT NULL DEFAULT 0
);

-- What was taken in of each conversation: up to which seq, and where it stands. Places are pairs of facet and time.
CREATE TABLE listed (
    number INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    places BLOB NOT NULL,
    attributes TEXT NOT NULL,
    who TEXT NOT NULL
);

CREATE TABLE facet (
    facet INTEGER NOT NULL,
    at INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (facet, at, number)
) WITHOUT ROWID;

-- What can be chosen from. Kinds: 0 labels, 1 names of attributes.
CREATE TABLE choice (kind INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, value)) WITHOUT ROWID;

-- An id is the time of its event in milliseconds, or soon after where others have it: newest first is then the order of
-- the ids, which is the one order in which a search need not look at everything.
CREATE TABLE said (id INTEGER PRIMARY KEY, address INTEGER NOT NULL);

-- Every word that is longer than the beginnings below, to find those that begin alike: the index would first gather all
-- messages of all of them.
CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID;

-- Words come folded and separated by single spaces: whatever else is a letter of a word.
CREATE VIRTUAL TABLE said_words USING fts5 (
    words, content = '', detail = none, prefix = '3 4 5', columnsize = 0,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
CREATE VIRTUAL TABLE who_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '3 4 5',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
