DROP TABLE `deactivations`;
--> statement-breakpoint
DROP TABLE `resets`;
