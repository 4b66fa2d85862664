/** The second half of the fixed list of seeds; see fixed-list.ts. */
import { SEED_MAX, seedsFrom, simulate } from "./fixed-list.ts";

simulate(seedsFrom(14, SEED_MAX));
