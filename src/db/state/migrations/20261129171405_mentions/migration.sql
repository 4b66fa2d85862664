-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `mentions` (
	`user` text NOT NULL,
	`conversation` integer NOT NULL,
	`seq` integer NOT NULL,
	`name` text NOT NULL,
	`silent` integer NOT NULL,
	CONSTRAINT `mentions_pk` PRIMARY KEY(`user`, `conversation`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mentions_seq` ON `mentions` (`seq`);--> statement-breakpoint
CREATE INDEX `mentions_newest` ON `mentions` (`user`,`seq`);