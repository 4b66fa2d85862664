ALTER TABLE `rooms` DROP COLUMN `history_from_joining`;
--> statement-breakpoint
ALTER TABLE `members` DROP COLUMN `since_micros`;
--> statement-breakpoint
ALTER TABLE `members` DROP COLUMN `since_seq`;
