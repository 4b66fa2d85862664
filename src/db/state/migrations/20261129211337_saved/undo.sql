DELETE FROM `early` WHERE `what` LIKE 'save %';
--> statement-breakpoint
DROP TABLE `saved`;
