DELETE FROM `early` WHERE `what` LIKE 'pin %';
--> statement-breakpoint
DROP TABLE `pins`;
