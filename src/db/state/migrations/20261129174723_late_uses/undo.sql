ALTER TABLE `invites` DROP COLUMN `revoked_seen`;
