-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `reactions` (
	`seq` integer NOT NULL,
	`emoji` text NOT NULL,
	`user` text NOT NULL,
	`shown` integer NOT NULL,
	`tag` text NOT NULL,
	CONSTRAINT `reactions_pk` PRIMARY KEY(`seq`, `emoji`, `user`)
) WITHOUT ROWID;
