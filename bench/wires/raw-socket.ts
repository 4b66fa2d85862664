/**
 * A TCP connection for load generators: what is written and not yet taken by the kernel is
 * kept in order, and whatever ends the connection is told once. The client shares its cores with
 * what it measures, so there is nothing between it and the socket.
 */
import type { Socket } from "bun";

export interface RawEvents {
  /** The bytes are valid only during the call. */
  onBytes(bytes: Buffer): void;
  /** The connection is over, for good. */
  onEnd(why: Error): void;
}

/** An open connection. What is given to `write` must not be changed afterwards. */
export interface RawSocket {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Connects to host:port; rejects if that is refused. */
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
  // Small requests and answers in turn: without this each waits for the other side's delayed acknowledgement.
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
