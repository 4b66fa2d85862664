-- Generated, then WITHOUT ROWID added by hand: see schema.ts.
CREATE TABLE `deactivations` (
	`user` text PRIMARY KEY,
	`off` integer NOT NULL,
	`tag` text NOT NULL
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
CREATE UNIQUE INDEX `resets_token` ON `resets` (`token_hash`);
