/** People of a cluster who use it by gRPC, as programs do. */
import { ChatClient } from "../src/client/chat-client.ts";
import type { Cluster } from "./cluster.ts";

/** Registers each name, one after another; each client prefers another replica. Throws if one is refused. */
export async function registerAll<Name extends string>(
  cluster: Cluster,
  names: readonly Name[],
  password: string,
): Promise<Map<Name, ChatClient>> {
  const clients = new Map<Name, ChatClient>();
  for (const [n, name] of names.entries()) {
    const addresses = cluster.ids.map((id) => cluster.grpc((id + n) % cluster.ids.length));
    const client = new ChatClient({ addresses, deadlineMs: 30_000 });
    const registered = await client.register(name, password);
    if (!registered.ok) throw new Error(`${name} could not register: ${registered.code}`);
    clients.set(name, client);
  }
  return clients;
}
