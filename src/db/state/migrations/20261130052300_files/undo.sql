ALTER TABLE `messages` DROP COLUMN `files`;
--> statement-breakpoint
DROP TABLE `files`;
