/** `make bench-data`: makes the data sets for B4 and B5. It takes about ten minutes, once. */
import { makeSets } from "./data-sets.ts";

await makeSets((line) => void process.stdout.write(`${line}\n`));
process.exit(0);
