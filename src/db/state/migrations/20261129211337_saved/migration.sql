CREATE TABLE `saved` (
	`user` text NOT NULL,
	`conversation` integer NOT NULL,
	`seq` integer NOT NULL,
	`is_on` integer NOT NULL,
	`tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `saved_pk` PRIMARY KEY(`user`, `conversation`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `saved_on` ON `saved` (`user`,`tag`) WHERE is_on = 1;--> statement-breakpoint
CREATE INDEX `saved_changed` ON `saved` (`user`,`changed_seq`);