/** How a replica describes itself to the others; status and page show it. */
export interface ReplicaFacts {
  readonly pid: number;
  /** 16 hex digits, drawn at each start. */
  readonly bootId: string;
  readonly version: string;
  /** The address of its gRPC port, host:port. */
  readonly grpc: string;
  /** Origin of its page, such as http://localhost:8081. */
  readonly web: string;
  /** Origin of the front, which it shares with other replicas of its host; null if it has none. */
  readonly front: string | null;
  /** Further host names at which browsers may reach its page; see Door in web/cluster/handover.ts. */
  readonly names: readonly string[];
  /** When it started, as RFC 3339. */
  readonly since: string;
}
