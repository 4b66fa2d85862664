-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `roles` (
	`user` text PRIMARY KEY,
	`role` text NOT NULL,
	`tag` text NOT NULL
) WITHOUT ROWID;
