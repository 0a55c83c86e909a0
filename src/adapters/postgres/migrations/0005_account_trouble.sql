-- Why the provider refuses the account, for every node to show; null: it does not.
ALTER TABLE account ADD COLUMN trouble text;
