DELETE FROM `requests` WHERE `result` IS NULL AND `seq` IN (SELECT `seq` FROM `messages` WHERE `conversation` IN
  (SELECT `created_seq` FROM `conversations` WHERE `kind` = 'thread'));
--> statement-breakpoint
DELETE FROM `messages` WHERE `conversation` IN (SELECT `created_seq` FROM `conversations` WHERE `kind` = 'thread');
--> statement-breakpoint
DELETE FROM `members` WHERE `conversation` IN (SELECT `id` FROM `conversations` WHERE `kind` = 'thread');
--> statement-breakpoint
DELETE FROM `conversations` WHERE `kind` = 'thread';
--> statement-breakpoint
ALTER TABLE `conversations` DROP COLUMN `parent`;
--> statement-breakpoint
DROP TABLE `follows`;
