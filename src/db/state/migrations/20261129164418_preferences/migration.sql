-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `preferences` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`starred` integer NOT NULL,
	`muted` integer NOT NULL,
	`level` text NOT NULL,
	`starred_tag` text NOT NULL,
	`muted_tag` text NOT NULL,
	`level_tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `preferences_pk` PRIMARY KEY(`user`, `conversation`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `preferences_changed` ON `preferences` (`user`,`changed_seq`);