DROP INDEX `messages_late`;
