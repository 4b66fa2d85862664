CREATE TABLE `removals` (
	`seq` integer PRIMARY KEY,
	`tag` text NOT NULL,
	`by` text NOT NULL
);
