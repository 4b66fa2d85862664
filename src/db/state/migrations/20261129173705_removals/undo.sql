DELETE FROM `early` WHERE `what` LIKE 'removed %';
--> statement-breakpoint
DROP TABLE `removals`;
