DROP TABLE `audit`;
--> statement-breakpoint
DROP TABLE `invite_uses`;
--> statement-breakpoint
DROP TABLE `invites`;
