-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `versions` (
	`seq` integer NOT NULL,
	`tag` text NOT NULL,
	`body` text NOT NULL,
	CONSTRAINT `versions_pk` PRIMARY KEY(`seq`, `tag`)
) WITHOUT ROWID;
