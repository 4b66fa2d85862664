DROP INDEX `messages_answered`;
--> statement-breakpoint
DROP INDEX `messages_quoting`;
