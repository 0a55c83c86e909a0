-- The number of the last commit. What the journal beside the database notes under higher numbers is still to be done.
ALTER TABLE meta ADD COLUMN committed INTEGER NOT NULL DEFAULT 0;
