-- So that whoever looks at what failed finds the newest at once, of all accounts or of one.
CREATE INDEX shelf_by_number ON shelf (number);
CREATE INDEX shelf_by_account ON shelf (account, number);
