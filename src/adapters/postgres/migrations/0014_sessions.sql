-- Where somebody is signed in: how the browser calls itself, since when, and when it was last there; 0: not known.
ALTER TABLE session
    ADD COLUMN device text NOT NULL DEFAULT '',
    ADD COLUMN opened_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN seen_at bigint NOT NULL DEFAULT 0;
CREATE INDEX session_by_agent ON session (agent);
