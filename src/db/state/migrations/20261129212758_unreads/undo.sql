DELETE FROM `early` WHERE `what` LIKE 'unread %';
--> statement-breakpoint
DROP TABLE `unreads`;
