DELETE FROM `messages` WHERE `conversation` IN (SELECT `created_seq` FROM `conversations` WHERE `kind` = 'room');
--> statement-breakpoint
DELETE FROM `members` WHERE `conversation` IN (SELECT `id` FROM `conversations` WHERE `kind` = 'room');
--> statement-breakpoint
DELETE FROM `conversations` WHERE `kind` = 'room';
--> statement-breakpoint
DROP TABLE `seats`;
--> statement-breakpoint
DROP TABLE `rooms`;
