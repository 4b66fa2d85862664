/** A replica as it describes itself; shown by status and page. */
export interface ReplicaFacts {
  readonly pid: number;
  readonly bootId: string;
  readonly version: string;
  /** host:port. */
  readonly grpc: string;
  /** Origin, such as http://localhost:8081. */
  readonly web: string;
  /** Origin of the address that it shares with others of its host; null if it has none. */
  readonly front: string | null;
  /** Further names under which browsers may reach its page, see Door in web/cluster/handover.ts. */
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly since: string;
}
