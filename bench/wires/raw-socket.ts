/**
 * A TCP connection for load generators. It keeps bytes that the kernel has not taken yet, in order,
 * and reports the end of the connection once. There is no library between a sender and the socket,
 * because the load generator shares its cores with what it measures.
 */
import type { Socket } from "bun";

export interface RawEvents {
  /** The bytes are valid only during the call. */
  onBytes(bytes: Buffer): void;
  /** Called once, when the connection has ended. */
  onEnd(why: Error): void;
}

/** An open connection. Bytes that were given to `write` must not be changed afterwards. */
export interface RawSocket {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Connects to host:port. Rejects if the connection is refused. */
export async function connectRaw(address: string, events: RawEvents): Promise<RawSocket> {
  const colon = address.lastIndexOf(":");
  let waiting: Uint8Array[] = [];
  let over = false;
  const end = (why: Error): void => {
    if (over) return;
    over = true;
    events.onEnd(why);
  };
  const send = (socket: Socket, bytes: Uint8Array): void => {
    const written = Math.max(socket.write(bytes), 0);
    if (written < bytes.length) waiting.push(bytes.subarray(written));
  };
  const socket = await Bun.connect({
    hostname: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    socket: {
      data: (_, bytes) => events.onBytes(bytes),
      drain: (at) => {
        const late = waiting;
        waiting = [];
        for (const bytes of late) {
          if (waiting.length > 0) waiting.push(bytes);
          else send(at, bytes);
        }
      },
      close: () => end(new Error("the connection was closed")),
      error: (_, error) => end(error),
    },
  });
  // Without this, each small request would wait for the delayed acknowledgement of the one before.
  socket.setNoDelay(true);
  return {
    write: (bytes) => {
      if (over) return;
      if (waiting.length > 0) waiting.push(bytes);
      else send(socket, bytes);
    },
    close: () => {
      over = true;
      socket.terminate();
    },
  };
}
