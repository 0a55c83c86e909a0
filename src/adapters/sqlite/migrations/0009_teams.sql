-- Groups of agents. folded: the name as no two teams may have it.
CREATE TABLE team (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE
) WITHOUT ROWID;

CREATE TABLE team_member (
    team BLOB NOT NULL,
    agent BLOB NOT NULL,
    PRIMARY KEY (team, agent)
) WITHOUT ROWID;
