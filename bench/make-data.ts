/** `make bench-data`: makes the large sets that B4 and B5 measure on; some ten minutes, once. */
import { makeSets } from "./data-sets.ts";

await makeSets((line) => void process.stdout.write(`${line}\n`));
process.exit(0);
