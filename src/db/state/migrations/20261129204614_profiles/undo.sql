DROP TABLE `profiles`;
