/** The modes of a cluster. They are chosen when it is created, and are the same in every view. */

/**
 * `available`: any survivor continues; a partition may fork the history, which is merged later. `strict`: a majority
 * only.
 */
export type Consistency = (typeof CONSISTENCIES)[number];
/** All values of {@link Consistency}. */
export const CONSISTENCIES = ["available", "strict"] as const;

/** Who may lead if members of the last view stay away: nobody, a majority, or any eligible replica. */
export type Recovery = (typeof RECOVERIES)[number];
/** All values of {@link Recovery}. */
export const RECOVERIES = ["wait", "majority", "any"] as const;

/** Who may create an account: anybody, whoever has a link, or nobody. */
export const REGISTRATIONS = ["open", "invite", "closed"] as const;
export type Registration = (typeof REGISTRATIONS)[number];

/** Where pushes may go: to public addresses, to any address, or nowhere. */
export const PUSHES = ["public", "any", "off"] as const;
export type Pushes = (typeof PUSHES)[number];

/** How much the files in messages may take, bytes; null: as much as the disks have. */
export interface FileQuota {
  readonly perPerson: number | null;
  readonly inAll: number | null;
}
