/** What one replica knows of the computer that it runs on; told to the commands of whoever holds the cluster key. */
export interface HostFacts {
  readonly replica: number;
  readonly version: string;
  /** Its data folder, and the room on that disk in bytes; null where the system does not say. */
  readonly data: string;
  readonly disk: { readonly free: number; readonly total: number } | null;
  /** Accounts that are not deleted. */
  readonly people: number;
  /** What an operator should see to, a sentence each, without a full stop; true at this moment. */
  readonly warnings: readonly string[];
}
