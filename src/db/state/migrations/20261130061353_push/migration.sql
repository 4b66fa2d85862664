CREATE TABLE `push_progress` (
	`id` integer PRIMARY KEY,
	`up_to` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `push_subscriptions` (
	`user` text NOT NULL,
	`id` text NOT NULL,
	`is_on` integer NOT NULL,
	`endpoint` text NOT NULL,
	`p256dh` text NOT NULL,
	`auth` text NOT NULL,
	`session` text NOT NULL,
	`device` text NOT NULL,
	`origin` text NOT NULL,
	`quiet` text NOT NULL,
	`time_zone` text NOT NULL,
	`tag` text NOT NULL,
	`since` integer NOT NULL,
	`pending` integer NOT NULL,
	`outcome` text NOT NULL,
	`outcome_micros` integer NOT NULL,
	CONSTRAINT `push_subscriptions_pk` PRIMARY KEY(`user`, `id`)
) WITHOUT ROWID;
