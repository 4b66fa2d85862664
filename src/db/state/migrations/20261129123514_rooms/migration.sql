-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `rooms` (
	`id` text PRIMARY KEY,
	`name` text NOT NULL,
	`folded` text NOT NULL,
	`skeleton` text NOT NULL,
	`topic` text NOT NULL,
	`is_private` integer NOT NULL,
	`archived` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_micros` integer NOT NULL,
	`name_tag` text NOT NULL,
	`topic_tag` text NOT NULL,
	`private_tag` text NOT NULL,
	`archived_tag` text NOT NULL,
	`changed_seq` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `seats` (
	`room` text NOT NULL,
	`user` text NOT NULL,
	`state` text NOT NULL,
	`role` text NOT NULL,
	`seated_by` text NOT NULL,
	`tag` text NOT NULL,
	`role_tag` text NOT NULL,
	`mark` integer NOT NULL,
	`joined_seq` integer NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `seats_pk` PRIMARY KEY(`room`, `user`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `rooms_folded` ON `rooms` (`folded`);--> statement-breakpoint
CREATE UNIQUE INDEX `rooms_skeleton` ON `rooms` (`skeleton`);--> statement-breakpoint
CREATE INDEX `seats_user` ON `seats` (`user`,`changed_seq`);