DELETE FROM `early` WHERE `what` LIKE 'edit %';
--> statement-breakpoint
DROP TABLE `versions`;
