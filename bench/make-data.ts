/** `make bench-data`: makes the data sets for B4, B5 and B15. It takes about twenty minutes, once. */
import { makeSets } from "./data-sets.ts";

await makeSets((line) => void process.stdout.write(`${line}\n`));
process.exit(0);
