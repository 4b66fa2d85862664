-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `profiles` (
	`user` text PRIMARY KEY,
	`display_name` text NOT NULL,
	`folded` text NOT NULL,
	`skeleton` text NOT NULL,
	`name_tag` text NOT NULL,
	`emoji` text NOT NULL,
	`text` text NOT NULL,
	`until_micros` integer NOT NULL,
	`status_tag` text NOT NULL,
	`time_zone` text NOT NULL,
	`zone_tag` text NOT NULL,
	`changed_seq` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `profiles_changed` ON `profiles` (`changed_seq`);