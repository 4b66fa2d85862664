ALTER TABLE `rooms` ADD `admins_only` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `slow_seconds` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `posting_tag` text DEFAULT '' NOT NULL;