-- Groups of agents. folded: the name as no two teams may have it.
CREATE TABLE team (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    folded text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE team_member (
    team uuid NOT NULL,
    agent uuid NOT NULL,
    PRIMARY KEY (team, agent)
);
