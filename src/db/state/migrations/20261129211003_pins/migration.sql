CREATE TABLE `pins` (
	`seq` integer PRIMARY KEY,
	`conversation` integer NOT NULL,
	`is_on` integer NOT NULL,
	`by` text NOT NULL,
	`tag` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pins_on` ON `pins` (`conversation`,`tag`) WHERE is_on = 1;