-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `follows` (
	`thread` text NOT NULL,
	`user` text NOT NULL,
	`is_on` integer NOT NULL,
	`tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `follows_pk` PRIMARY KEY(`user`, `thread`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `conversations` ADD `parent` text;--> statement-breakpoint
CREATE INDEX `follows_changed` ON `follows` (`user`,`changed_seq`);
