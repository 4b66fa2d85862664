CREATE TABLE `drafts` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`body` text NOT NULL,
	`session` text NOT NULL,
	`tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `drafts_pk` PRIMARY KEY(`user`, `conversation`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `rooms` ADD `admins_call` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `drafts_changed` ON `drafts` (`user`,`changed_seq`);