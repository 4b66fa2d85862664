ALTER TABLE `conversations` ADD COLUMN `next` integer NOT NULL DEFAULT 7;
