/**
 * Snapshots over the wire. The leader's side sends at the joiner's pace; the joiner's side is an
 * async iterable that reads only on demand. Neither holds more than a few chunks, whatever the
 * size of the snapshot.
 */
import { encodePacket, type PacketToSend, type SnapshotHeader } from "./packet.ts";
import { PacketReader } from "./packet-reader.ts";
import type { ProofContext } from "./proof.ts";
import { FETCH_SNAPSHOT_PATH, type PeerAddress } from "./service.ts";
import type { PeerServerStream } from "./service.ts";
import type { SnapshotSource, SnapshotStore } from "../ports.ts";
import type { Seq } from "../view.ts";

/** Makes the snapshots that this replica sends. */
export type SnapshotProvider = Pick<SnapshotStore, "offer">;

/** Maximum time from the request to the header. The leader copies its state in it: 5-9 s for a million messages. */
const HEADER_TIMEOUT_MS = 60_000;
/** A snapshot is given up after this long without a chunk to read, or without room to send one. */
const STALL_TIMEOUT_MS = 15_000;

/** The snapshot, or the rest of it, could not be read; the message says why. The joiner asks again later. */
export class SnapshotBroken extends Error {
  override readonly name = "SnapshotBroken";
}

/**
 * Answers one SnapshotRequest. True if everything was sent; false if the reader left or stalled.
 * Rejects if the provider does. In any case it releases the provider's iterator.
 */
export async function serveSnapshot(
  provider: SnapshotProvider,
  commonSeq: Seq,
  stream: PeerServerStream,
  send: (packet: PacketToSend) => boolean,
  ended: AbortSignal,
): Promise<boolean> {
  const source = await provider.offer(commonSeq);
  let chunks = 0;
  let bytes = 0;
  let room = ended.aborted || send({ kind: "snapshotHeader", header: source.header });
  // Entered even if the reader is gone, because leaving the loop releases the source.
  for await (const chunk of source.chunks) {
    if (ended.aborted || (!room && !(await drained(stream, ended)))) return false;
    room = send({ kind: "snapshotChunk", chunk });
    chunks++;
    bytes += chunk.byteLength;
  }
  if (ended.aborted || (!room && !(await drained(stream, ended)))) return false;
  send({ kind: "snapshotEnd", chunks, bytes });
  return true;
}

/** True once the stream can take more; false if it ended or stalled. */
function drained(stream: PeerServerStream, ended: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (result: boolean): void => {
      clearTimeout(timer);
      stream.off("drain", onDrain);
      ended.removeEventListener("abort", onEnded);
      resolve(result);
    };
    const onDrain = (): void => finish(true);
    const onEnded = (): void => finish(false);
    const timer = setTimeout(onEnded, STALL_TIMEOUT_MS);
    stream.on("drain", onDrain);
    ended.addEventListener("abort", onEnded);
    if (ended.aborted) finish(false);
    else if (!stream.writableNeedDrain) finish(true);
  });
}

/**
 * Dials a peer, proves the key, and asks for a snapshot. Resolves with the header; the chunks are received as the
 * caller reads them. Both reject with SnapshotBroken if the peer does not fit, ends the call, or stalls. The caller
 * must read the chunks to their end or leave the loop, which closes the call. `onDamaged` is called if a message was
 * changed on the way.
 */
export async function requestSnapshot(
  address: PeerAddress,
  context: ProofContext,
  commonSeq: Seq,
  ended: AbortSignal,
  onDamaged: () => void,
): Promise<SnapshotSource> {
  const reader = new PacketReader(address, FETCH_SNAPSHOT_PATH, ended, onDamaged);
  try {
    await reader.prove(context, "snapshot", STALL_TIMEOUT_MS);
    reader.write(encodePacket({ kind: "snapshotRequest", commonSeq }));
    const first = await reader.next(HEADER_TIMEOUT_MS);
    if (first.packet.kind !== "snapshotHeader") throw new SnapshotBroken("no snapshot header");
    return { header: first.packet.header satisfies SnapshotHeader, chunks: chunksOf(reader) };
  } catch (error) {
    reader.close();
    throw asFailure(error);
  }
}

async function* chunksOf(reader: PacketReader): AsyncGenerator<Uint8Array, void, undefined> {
  let chunks = 0;
  let bytes = 0;
  try {
    for (;;) {
      const { packet } = await reader.next(STALL_TIMEOUT_MS);
      if (packet.kind === "snapshotChunk") {
        chunks++;
        bytes += packet.chunk.byteLength;
        yield packet.chunk;
      } else if (packet.kind === "snapshotEnd") {
        if (packet.chunks === chunks && packet.bytes === bytes) return;
        throw new SnapshotBroken("the snapshot's sums do not match");
      } else {
        throw new SnapshotBroken("a packet out of turn");
      }
    }
  } catch (error) {
    throw asFailure(error);
  } finally {
    reader.close();
  }
}

function asFailure(error: unknown): SnapshotBroken {
  if (error instanceof SnapshotBroken) return error;
  return new SnapshotBroken("the snapshot could not be read", { cause: error });
}
