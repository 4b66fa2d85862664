CREATE TABLE `reports` (
	`message` text NOT NULL,
	`by` text NOT NULL,
	`conversation` text NOT NULL,
	`why` text NOT NULL,
	`words` text NOT NULL,
	`tag` text NOT NULL,
	`is_done` integer NOT NULL,
	`done_by` text NOT NULL,
	`done_tag` text NOT NULL,
	`seq` integer NOT NULL,
	CONSTRAINT `reports_pk` PRIMARY KEY(`message`, `by`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `reports_by` ON `reports` (`by`,`tag`);--> statement-breakpoint
CREATE INDEX `reports_listed` ON `reports` (`is_done`,`seq`);