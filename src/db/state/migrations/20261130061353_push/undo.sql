DROP TABLE `push_subscriptions`;
--> statement-breakpoint
DROP TABLE `push_progress`;