CREATE TABLE `files` (
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`author` text NOT NULL,
	`bytes` integer NOT NULL,
	CONSTRAINT `files_pk` PRIMARY KEY(`seq`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `messages` ADD `files` text;--> statement-breakpoint
CREATE INDEX `files_hash` ON `files` (`hash`);--> statement-breakpoint
CREATE INDEX `files_author` ON `files` (`author`,`bytes`);