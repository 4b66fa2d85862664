DELETE FROM `early` WHERE `what` LIKE 'react %';
--> statement-breakpoint
UPDATE `messages` SET `changed_seq` = 0 WHERE `deleted` = 0 AND `changed_seq` > 0;
--> statement-breakpoint
DROP TABLE `reactions`;
