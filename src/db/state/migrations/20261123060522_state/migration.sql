-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY,
	`kind` text NOT NULL,
	`created_seq` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `early` (
	`author` text NOT NULL,
	`client_id` text NOT NULL,
	`user` text NOT NULL,
	`what` text NOT NULL,
	CONSTRAINT `early_pk` PRIMARY KEY(`author`, `client_id`, `user`, `what`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `formats` (
	`format` integer PRIMARY KEY,
	`version` text NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `hidden` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`seq` integer NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `hidden_pk` PRIMARY KEY(`user`, `conversation`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `members` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`mark` integer NOT NULL,
	`mark_changed_seq` integer NOT NULL,
	CONSTRAINT `members_pk` PRIMARY KEY(`user`, `conversation`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `messages` (
	`conversation` integer NOT NULL,
	`seq` integer PRIMARY KEY,
	`author` text NOT NULL,
	`client_id` text NOT NULL,
	`body` text NOT NULL,
	`time_micros` integer NOT NULL,
	`deleted` integer NOT NULL,
	`recovered` integer NOT NULL,
	`changed_seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `meta` (
	`id` integer PRIMARY KEY,
	`applied_seq` integer NOT NULL,
	`applied_view` text NOT NULL,
	`first_view` text NOT NULL,
	`newest_micros` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `purges` (
	`user` text PRIMARY KEY,
	`after_request` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `reads` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`seq` integer NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `reads_pk` PRIMARY KEY(`user`, `conversation`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `requests` (
	`user` text NOT NULL,
	`client_id` text NOT NULL,
	`hash` text NOT NULL,
	`seq` integer NOT NULL,
	`result` blob,
	CONSTRAINT `requests_pk` PRIMARY KEY(`client_id`, `user`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY,
	`token_hash` text NOT NULL,
	`user` text NOT NULL,
	`created_micros` integer NOT NULL,
	`last_used_micros` integer NOT NULL,
	`device` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tombstones` (
	`author` text NOT NULL,
	`client_id` text NOT NULL,
	CONSTRAINT `tombstones_pk` PRIMARY KEY(`author`, `client_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY,
	`name` text NOT NULL,
	`folded` text NOT NULL,
	`password_hash` text NOT NULL,
	`password_micros` integer NOT NULL,
	`created_micros` integer NOT NULL,
	`last_seen_micros` integer NOT NULL,
	`deleted` integer NOT NULL,
	`former_name` text,
	`former_folded` text,
	`skeleton` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_number` ON `conversations` (`created_seq`);--> statement-breakpoint
CREATE INDEX `hidden_changed` ON `hidden` (`user`,`changed_seq`);--> statement-breakpoint
CREATE INDEX `members_conversation` ON `members` (`conversation`);--> statement-breakpoint
CREATE INDEX `messages_conversation` ON `messages` (`conversation`);--> statement-breakpoint
CREATE INDEX `messages_changed` ON `messages` (`conversation`,`changed_seq`) WHERE changed_seq > 0;--> statement-breakpoint
CREATE INDEX `reads_changed` ON `reads` (`conversation`,`changed_seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user`,`last_used_micros`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_folded` ON `users` (`folded`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_skeleton` ON `users` (`skeleton`);--> statement-breakpoint
CREATE INDEX `users_former` ON `users` (`former_folded`) WHERE former_folded IS NOT NULL;