DROP TABLE `drafts`;
--> statement-breakpoint
ALTER TABLE `rooms` DROP COLUMN `admins_call`;
