DROP TABLE `preferences`;
