ALTER TABLE `rooms` DROP COLUMN `posting_tag`;
--> statement-breakpoint
ALTER TABLE `rooms` DROP COLUMN `slow_seconds`;
--> statement-breakpoint
ALTER TABLE `rooms` DROP COLUMN `admins_only`;
