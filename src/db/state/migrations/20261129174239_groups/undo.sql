DELETE FROM `messages` WHERE `conversation` IN (SELECT `created_seq` FROM `conversations` WHERE `kind` = 'group');
--> statement-breakpoint
DELETE FROM `members` WHERE `conversation` IN (SELECT `id` FROM `conversations` WHERE `kind` = 'group');
--> statement-breakpoint
DELETE FROM `conversations` WHERE `kind` = 'group';
--> statement-breakpoint
ALTER TABLE `rooms` DROP COLUMN `from_group_seq`;
