/**
 * The bare pipeline: what three such processes can do on this machine without a chat and without
 * elections. Replica 0 always leads.
 *
 *   send (gRPC stream) -> follower forwards -> leader: one batch a turn
 *     -> one row with a full fsync, on all three at the same time -> commit
 *     -> one row each in a second SQLite file, on all three -> answer where it came from
 *
 * It is a yardstick, not a replica: it checks nothing, survives no failure, and is not released.
 */
import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { CHAT_WIRE, type ChatRequest, type ChatResponse } from "../../proto/chat-wire.ts";
import type { WireSendResult } from "../../proto/gen/lastword/v1/SendResult.ts";
import { decodeFrame, decodeOp, encodeFrame, encodeOp, type FloorFrame, type FloorOp } from "./floor-frame.ts";

type SendCall = grpc.ServerDuplexStream<ChatRequest<"SendStream">, ChatResponse<"SendStream">>;
type PeerStream = grpc.ServerDuplexStream<Uint8Array, Uint8Array> | grpc.ClientDuplexStream<Uint8Array, Uint8Array>;

const LEADER = 0;
const PEER_PATH = "/floor.Peer/Connect";

interface Row {
  readonly firstSeq: number;
  readonly ops: readonly Uint8Array[];
}

class FloorReplica {
  readonly #id: number;
  readonly #log: Database;
  readonly #state: Database;
  readonly #appendRow;
  readonly #applyRow;
  readonly #peers: PeerStream[] = [];
  readonly #waiting = new Map<number, (seq: number) => void>();
  #nextOp = 1;
  #proposed: Uint8Array[] = [];
  #rows: Row[] = [];
  #unapplied: Row[] = [];
  #turnPlanned = false;
  #persistPlanned = false;
  #lastSeq = 0;
  #durable = 0;
  #commit = 0;
  #acked = [0, 0, 0];
  #toldCommit = 0;
  #batch: Row[] = [];

  constructor(id: number, folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#id = id;
    this.#log = open(join(folder, "log.db"), "FULL");
    this.#log.run("CREATE TABLE log (first_seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT");
    this.#appendRow = this.#log.prepare("INSERT INTO log VALUES (?, ?)");
    this.#state = open(join(folder, "state.db"), "NORMAL");
    this.#state.run(
      "CREATE TABLE message (seq INTEGER PRIMARY KEY, conversation TEXT, client_id TEXT, body TEXT) STRICT",
    );
    this.#applyRow = this.#state.prepare("INSERT INTO message VALUES (?, ?, ?, ?)");
  }

  addPeer(stream: PeerStream): void {
    this.#peers.push(stream);
    stream.on("data", (bytes: Uint8Array) => this.#onFrame(decodeFrame(bytes)));
    stream.on("error", () => undefined);
  }

  /** Resolves with the op's seq once it is applied here, and therefore durable on all three. */
  propose(op: FloorOp): Promise<number> {
    const no = this.#nextOp++;
    this.#proposed.push(encodeOp(this.#id, no, op));
    this.#plan();
    return new Promise((resolve) => this.#waiting.set(no, resolve));
  }

  #plan(): void {
    if (this.#turnPlanned) return;
    this.#turnPlanned = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#turnPlanned = false;
    if (this.#proposed.length > 0) {
      const ops = this.#proposed;
      this.#proposed = [];
      if (this.#id === LEADER) this.#append({ firstSeq: this.#lastSeq + 1, ops });
      else this.#send({ kind: "forward", from: this.#id, seq: 0, commit: 0, ops });
    }
    for (const row of this.#batch)
      this.#send({ kind: "append", from: this.#id, seq: row.firstSeq, commit: this.#commit, ops: row.ops });
    if (this.#id === LEADER && this.#batch.length === 0 && this.#toldCommit < this.#commit)
      this.#send({ kind: "append", from: this.#id, seq: 0, commit: this.#commit, ops: [] });
    this.#toldCommit = this.#commit;
    this.#batch = [];
    if (this.#rows.length === 0 || this.#persistPlanned) return;
    this.#persistPlanned = true;
    // Frames to the peers must reach the socket before our own disk blocks this thread.
    setImmediate(() => this.#persist());
  }

  #append(row: Row): void {
    this.#rows.push(row);
    this.#unapplied.push(row);
    this.#lastSeq = row.firstSeq + row.ops.length - 1;
    if (this.#id === LEADER) this.#batch.push(row);
  }

  #persist(): void {
    this.#persistPlanned = false;
    const rows = this.#rows;
    this.#rows = [];
    this.#log.transaction(() => {
      for (const row of rows) this.#appendRow.run(row.firstSeq, Buffer.concat(row.ops));
    })();
    const last = rows.at(-1)!;
    this.#durable = last.firstSeq + last.ops.length - 1;
    if (this.#id === LEADER) this.#advance();
    else this.#send({ kind: "ack", from: this.#id, seq: this.#durable, commit: 0, ops: [] });
  }

  #onFrame(frame: FloorFrame): void {
    switch (frame.kind) {
      case "forward":
        this.#proposed.push(...frame.ops);
        this.#plan();
        return;
      case "ack":
        this.#acked[frame.from] = Math.max(this.#acked[frame.from] ?? 0, frame.seq);
        this.#advance();
        return;
      case "append":
        if (frame.ops.length > 0) this.#append({ firstSeq: frame.seq, ops: frame.ops });
        this.#apply(Math.min(frame.commit, this.#lastSeq));
        this.#plan();
    }
  }

  #advance(): void {
    const commit = Math.min(this.#durable, this.#acked[1]!, this.#acked[2]!);
    if (commit <= this.#commit) return;
    this.#commit = commit;
    this.#plan();
    this.#apply(commit);
  }

  #apply(upTo: number): void {
    const rows = this.#unapplied;
    let count = 0;
    for (const row of rows) {
      if (row.firstSeq + row.ops.length - 1 > upTo) break;
      count++;
    }
    if (count === 0) return;
    this.#unapplied = rows.slice(count);
    const done: { no: number; seq: number }[] = [];
    this.#state.transaction(() => {
      for (const row of rows.slice(0, count)) {
        for (const [i, bytes] of row.ops.entries()) {
          const { from, no, op } = decodeOp(bytes);
          this.#applyRow.run(row.firstSeq + i, op.conversation, op.clientId, op.body);
          if (from === this.#id) done.push({ no, seq: row.firstSeq + i });
        }
      }
    })();
    for (const { no, seq } of done) {
      this.#waiting.get(no)?.(seq);
      this.#waiting.delete(no);
    }
  }

  #send(frame: FloorFrame): void {
    const bytes = encodeFrame(frame);
    for (const peer of this.#peers) peer.write(bytes);
  }
}

function open(path: string, durability: "FULL" | "NORMAL"): Database {
  const db = new Database(path, { create: true });
  db.run("PRAGMA journal_mode = WAL");
  db.run(`PRAGMA synchronous = ${durability}`);
  return db;
}

/** Sends one response per turn of the event loop, and at once if nothing else is in flight, as the product does. */
function serveSends(replica: FloorReplica, call: SendCall): void {
  let results: WireSendResult[] = [];
  let inFlight = 0;
  const flush = (): void => {
    inFlight -= results.length;
    call.write({ results });
    results = [];
  };
  const answer = ({ clientId, conversationId }: ChatRequest<"SendStream">["items"][number], seq: number): void => {
    results.push({ clientId, messageId: clientId, conversationId, seq, timeMicros: 0, cursor: "", failure: null });
    if (inFlight === 1) flush();
    else if (results.length === 1) setImmediate(flush);
  };
  call.on("data", (request: ChatRequest<"SendStream">) => {
    inFlight += request.items.length;
    for (const item of request.items) {
      const { clientId, conversationId: conversation, body } = item;
      void replica.propose({ clientId, conversation, body }).then((seq) => answer(item, seq));
    }
  });
  call.on("error", () => undefined);
  call.on("end", () => call.end());
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const PEER_METHOD = {
  path: PEER_PATH,
  requestStream: true,
  responseStream: true,
  requestSerialize: asBuffer,
  requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
  responseSerialize: asBuffer,
  responseDeserialize: (bytes: Buffer): Uint8Array => bytes,
} as const;

async function main(id: number, folder: string, grpcPorts: readonly number[]): Promise<void> {
  const replica = new FloorReplica(id, folder);
  const server = new grpc.Server();
  const wire = CHAT_WIRE.SendStream;
  server.addService(
    {
      SendStream: {
        path: wire.path,
        requestStream: true,
        responseStream: true,
        requestSerialize: (value: ChatRequest<"SendStream">) => wire.encodeRequest(value),
        requestDeserialize: (bytes: Buffer) => wire.decodeRequest(bytes),
        responseSerialize: (value: ChatResponse<"SendStream">) => wire.encodeResponse(value),
        responseDeserialize: (bytes: Buffer) => wire.decodeResponse(bytes),
      },
      Connect: PEER_METHOD,
    },
    {
      SendStream: (call: SendCall) => serveSends(replica, call),
      Connect: (call: grpc.ServerDuplexStream<Uint8Array, Uint8Array>) => replica.addPeer(call),
    },
  );
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${grpcPorts[id]!}`, grpc.ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  if (id !== LEADER) {
    const client = new grpc.Client(`127.0.0.1:${grpcPorts[LEADER]!}`, grpc.credentials.createInsecure());
    replica.addPeer(
      client.makeBidiStreamRequest(
        PEER_PATH,
        PEER_METHOD.requestSerialize,
        PEER_METHOD.responseDeserialize,
        new grpc.Metadata(),
      ),
    );
  }
  process.stdout.write("ready\n");
}

const [id, folder, ports] = process.argv.slice(2);
await main(Number(id), folder!, ports!.split(",").map(Number));
