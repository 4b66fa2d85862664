/** What a replica knows about the computer that it runs on. It answers this only to commands with the cluster key. */
export interface HostFacts {
  readonly replica: number;
  readonly version: string;
  /** Its data folder. */
  readonly data: string;
  /** The room on the disk under it, in bytes; null if the system does not say. */
  readonly disk: { readonly free: number; readonly total: number } | null;
  /** Number of accounts that are not deleted. */
  readonly people: number;
  /** What an operator should attend to now: a sentence each, without a full stop. */
  readonly warnings: readonly string[];
}
