CREATE TABLE `unreads` (
	`user` text NOT NULL,
	`conversation` text NOT NULL,
	`from` integer NOT NULL,
	`tag` text NOT NULL,
	`changed_seq` integer NOT NULL,
	CONSTRAINT `unreads_pk` PRIMARY KEY(`user`, `conversation`)
) WITHOUT ROWID;
