/** The modes of a cluster: decided when it is created, and the same in every view. */

/** `available`: any survivor goes on, partitions may fork and are merged. `strict`: a majority only. */
export type Consistency = (typeof CONSISTENCIES)[number];
export const CONSISTENCIES = ["available", "strict"] as const;

/** What may lead when members of the last view stay away: nobody, a majority, or any eligible replica. */
export type Recovery = (typeof RECOVERIES)[number];
export const RECOVERIES = ["wait", "majority", "any"] as const;
