-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `audit` (
	`id` integer PRIMARY KEY,
	`seq` integer NOT NULL,
	`micros` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`detail` text NOT NULL,
	`recovered` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY,
	`kind` text NOT NULL,
	`created_seq` integer NOT NULL,
	`parent` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `deactivations` (
	`user` text PRIMARY KEY,
	`off` integer NOT NULL,
	`tag` text NOT NULL
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
CREATE TABLE `follows` (
	`thread` text NOT NULL,
	`user` text NOT NULL,
	`is_on` integer NOT NULL,
	`tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `follows_pk` PRIMARY KEY(`user`, `thread`)
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
CREATE TABLE `invite_uses` (
	`invite` text NOT NULL,
	`user` text NOT NULL,
	`tag` text NOT NULL,
	CONSTRAINT `invite_uses_pk` PRIMARY KEY(`invite`, `user`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `invites` (
	`id` text PRIMARY KEY,
	`token_hash` text,
	`by` text NOT NULL,
	`role` text NOT NULL,
	`rooms` text NOT NULL,
	`uses_max` integer NOT NULL,
	`created_micros` integer NOT NULL,
	`expires_micros` integer NOT NULL,
	`revoked` text NOT NULL,
	`revoked_seen` text DEFAULT '' NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `members` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`mark` integer NOT NULL,
	`mark_changed_seq` integer NOT NULL,
	`since_seq` integer DEFAULT 0 NOT NULL,
	`since_micros` integer DEFAULT 0 NOT NULL,
	CONSTRAINT `members_pk` PRIMARY KEY(`user`, `conversation`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mentions` (
	`user` text NOT NULL,
	`conversation` integer NOT NULL,
	`seq` integer NOT NULL,
	`name` text NOT NULL,
	`silent` integer NOT NULL,
	CONSTRAINT `mentions_pk` PRIMARY KEY(`user`, `conversation`, `seq`)
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
	`changed_seq` integer NOT NULL,
	`quoted` text
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
CREATE TABLE `purges` (
	`user` text PRIMARY KEY,
	`after_request` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `reactions` (
	`seq` integer NOT NULL,
	`emoji` text NOT NULL,
	`user` text NOT NULL,
	`shown` integer NOT NULL,
	`tag` text NOT NULL,
	CONSTRAINT `reactions_pk` PRIMARY KEY(`seq`, `emoji`, `user`)
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
CREATE TABLE `removals` (
	`seq` integer PRIMARY KEY,
	`tag` text NOT NULL,
	`by` text NOT NULL
);
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
CREATE TABLE `resets` (
	`user` text PRIMARY KEY,
	`token_hash` text NOT NULL,
	`by` text NOT NULL,
	`expires_micros` integer NOT NULL,
	`used` integer NOT NULL,
	`tag` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `roles` (
	`user` text PRIMARY KEY,
	`role` text NOT NULL,
	`tag` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
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
	`changed_seq` integer NOT NULL,
	`history_from_joining` integer DEFAULT false NOT NULL,
	`from_group_seq` integer DEFAULT 0 NOT NULL,
	`former_folded` text,
	`admins_only` integer DEFAULT false NOT NULL,
	`slow_seconds` integer DEFAULT 0 NOT NULL,
	`posting_tag` text DEFAULT '' NOT NULL
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
CREATE TABLE `versions` (
	`seq` integer NOT NULL,
	`tag` text NOT NULL,
	`body` text NOT NULL,
	CONSTRAINT `versions_pk` PRIMARY KEY(`seq`, `tag`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_number` ON `conversations` (`created_seq`);--> statement-breakpoint
CREATE INDEX `follows_changed` ON `follows` (`user`,`changed_seq`);--> statement-breakpoint
CREATE INDEX `hidden_changed` ON `hidden` (`user`,`changed_seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `invites_token` ON `invites` (`token_hash`);--> statement-breakpoint
CREATE INDEX `invites_created` ON `invites` (`created_micros`);--> statement-breakpoint
CREATE INDEX `invites_expires` ON `invites` (`expires_micros`);--> statement-breakpoint
CREATE INDEX `members_conversation` ON `members` (`conversation`);--> statement-breakpoint
CREATE INDEX `mentions_seq` ON `mentions` (`seq`);--> statement-breakpoint
CREATE INDEX `mentions_newest` ON `mentions` (`user`,`seq`);--> statement-breakpoint
CREATE INDEX `messages_conversation` ON `messages` (`conversation`);--> statement-breakpoint
CREATE INDEX `messages_changed` ON `messages` (`conversation`,`changed_seq`) WHERE changed_seq > 0;--> statement-breakpoint
CREATE INDEX `messages_quoting` ON `messages` (`quoted`) WHERE quoted IS NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_answered` ON `messages` (`author`,`changed_seq`) WHERE changed_seq > 0;--> statement-breakpoint
CREATE INDEX `preferences_changed` ON `preferences` (`user`,`changed_seq`);--> statement-breakpoint
CREATE INDEX `reads_changed` ON `reads` (`conversation`,`changed_seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `resets_token` ON `resets` (`token_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `rooms_folded` ON `rooms` (`folded`);--> statement-breakpoint
CREATE UNIQUE INDEX `rooms_skeleton` ON `rooms` (`skeleton`);--> statement-breakpoint
CREATE INDEX `rooms_former` ON `rooms` (`former_folded`) WHERE former_folded IS NOT NULL;--> statement-breakpoint
CREATE INDEX `seats_user` ON `seats` (`user`,`changed_seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user`,`last_used_micros`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_folded` ON `users` (`folded`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_skeleton` ON `users` (`skeleton`);--> statement-breakpoint
CREATE INDEX `users_former` ON `users` (`former_folded`) WHERE former_folded IS NOT NULL;