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
	`revoked` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `invites_token` ON `invites` (`token_hash`);
--> statement-breakpoint
CREATE INDEX `invites_created` ON `invites` (`created_micros`);
--> statement-breakpoint
CREATE INDEX `invites_expires` ON `invites` (`expires_micros`);
