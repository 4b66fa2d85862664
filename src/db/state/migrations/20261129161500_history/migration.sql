ALTER TABLE `members` ADD `since_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `since_micros` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `history_from_joining` integer DEFAULT false NOT NULL;