/** Watches the event loop of a replica from outside. */
import { HttpSocket } from "./wires/http-socket.ts";

const ASK_EVERY_MS = 10;

/** Asks a replica for its health until the returned function is called, which resolves to the longest wait, ms. */
export async function watchStalls(origin: string): Promise<() => Promise<number>> {
  const { host } = new URL(origin);
  const socket = await HttpSocket.connect(host);
  const request = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`, "latin1");
  let longest = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const asked = performance.now();
      await socket.request(request);
      longest = Math.max(longest, performance.now() - asked);
      await Bun.sleep(ASK_EVERY_MS);
    }
    socket.close();
  })();
  return async () => {
    over = true;
    await watching;
    return longest;
  };
}
