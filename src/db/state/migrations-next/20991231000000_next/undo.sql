ALTER TABLE `conversations` DROP COLUMN `next`;
