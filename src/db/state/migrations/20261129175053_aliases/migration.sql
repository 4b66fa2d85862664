ALTER TABLE `rooms` ADD `former_folded` text;--> statement-breakpoint
CREATE INDEX `rooms_former` ON `rooms` (`former_folded`) WHERE former_folded IS NOT NULL;