DROP INDEX `rooms_former`;
--> statement-breakpoint
ALTER TABLE `rooms` DROP COLUMN `former_folded`;
