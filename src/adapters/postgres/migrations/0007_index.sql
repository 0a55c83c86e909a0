-- Filters that people keep under a name. No owner: everybody's. Ids are the console's.
CREATE TABLE saved_view (
    id uuid PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    owner uuid,
    filter text NOT NULL,
    author text NOT NULL,
    at bigint NOT NULL
);

-- The index behind search and lists. It trails the log and can be built again from it; nothing of it is copied.
-- One row: the last conversation that was looked at, in an endless round, and whether one round has come to its end.
CREATE TABLE indexing (
    swept uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    complete boolean NOT NULL DEFAULT false
);
INSERT INTO indexing DEFAULT VALUES;

-- One row: the time of the newest event that was taken in. Apart, because whoever goes on with the round holds the other
-- one first, and this one is changed last.
CREATE TABLE newest_said (at bigint NOT NULL);
INSERT INTO newest_said VALUES (0);

-- What was taken in of each conversation: up to which seq, and under which facets it stands at which times.
CREATE TABLE listed (
    conversation uuid PRIMARY KEY,
    seq bigint NOT NULL DEFAULT 0,
    facets bigint[] NOT NULL DEFAULT '{}',
    times bigint[] NOT NULL DEFAULT '{}',
    attributes text NOT NULL DEFAULT '{}',
    who text NOT NULL DEFAULT ''
) WITH (fillfactor = 80);

CREATE TABLE facet (
    facet bigint NOT NULL,
    at bigint NOT NULL,
    conversation uuid NOT NULL,
    PRIMARY KEY (facet, at, conversation)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- What can be chosen from. Kinds: 0 labels, 1 names of attributes.
CREATE TABLE choice (kind smallint NOT NULL, value text COLLATE "C" NOT NULL, PRIMARY KEY (kind, value));

-- Words come folded. Among them are the spans of time an event lies in, from an hour to years: an index of words has no
-- order, so a search for the newest asks for the words within the newest hour first, and then within ever more.
CREATE TABLE said (
    conversation uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (conversation, seq)
);
CREATE INDEX said_by_words ON said USING gin (words) WITH (gin_pending_list_limit = 512);

CREATE TABLE who (conversation uuid PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX who_by_words ON who USING gin (words) WITH (gin_pending_list_limit = 256);
