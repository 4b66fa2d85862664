/** The two ways to send: SendStream, which the bare pipeline serves too, and the page's form. */
import { CHAT_WIRE } from "../proto/chat-wire.ts";
import type { Connection } from "./load.ts";
import { callHeaders } from "../harness/http2-frames.ts";
import { GrpcSocket } from "./wires/grpc-socket.ts";
import { HttpSocket } from "./wires/http-socket.ts";
import { loginCookie } from "../harness/login-cookie.ts";

/** The login of a sender, and the conversation that it writes in. */
export interface Sender {
  readonly token: string;
  readonly conversationId: string;
}

export type Way = "stream" | "http";

/** Opens a SendStream for one item at a time; `address` is host:port. */
export async function openStream(address: string, { token, conversationId }: Sender): Promise<Connection> {
  const wire = CHAT_WIRE.SendStream;
  const socket = await GrpcSocket.connect(address);
  let waiting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  let ended: Error | null = null;
  const stream = socket.open(callHeaders(address, wire.path, { authorization: `Bearer ${token}` }), {
    onMessage: (bytes) => {
      const failure = wire.decodeResponse(bytes).results[0]?.failure;
      if (failure === null || failure === undefined) waiting?.resolve();
      else waiting?.reject(new Error(failure.code));
    },
    onEnd: (why) => {
      ended = why;
      waiting?.reject(why);
    },
  });
  return {
    send: (clientId, body) =>
      new Promise((resolve, reject) => {
        if (ended !== null) return reject(ended);
        waiting = { resolve, reject };
        const item = {
          to: "",
          conversationId,
          body,
          clientId,
          readUpTo: "",
          alsoInParent: false,
          quoted: "",
          files: [],
        };
        socket.send(stream, wire.encodeRequest({ items: [item] }));
      }),
    close: () => socket.close(),
  };
}

/** Sends through the page's form, as a browser without our script would, but asks for JSON. */
export async function openHttp(origin: string, { token, conversationId }: Sender): Promise<Connection> {
  const { host } = new URL(origin);
  const socket = await HttpSocket.connect(host);
  const head =
    `POST /c/${conversationId}/messages HTTP/1.1\r\nHost: ${host}\r\nCookie: ${await loginCookie(origin)}=${token}\r\n` +
    `Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: `;
  return {
    send: async (clientId, body) => {
      const form = `id=${clientId}&body=${body}`;
      const { status } = await socket.request(Buffer.from(`${head}${form.length}\r\n\r\n${form}`, "latin1"));
      if (status !== 201) throw new Error(`status ${status}`);
    },
    close: () => socket.close(),
  };
}
