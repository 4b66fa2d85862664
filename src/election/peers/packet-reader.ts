/**
 * The dialler's end of a call that is read packet by packet: a snapshot, or questions about files. Packets that are not
 * read stay with the sender.
 */
import type * as grpc from "@grpc/grpc-js";
import { assert } from "../../base/assert.ts";
import { decodePacket, type Packet } from "./packet.ts";
import { PieceError, PieceReader, PieceWriter } from "./pieces.ts";
import { DiallerProof, type PeerCall, type ProofContext, type ProofStep } from "./proof.ts";
import { openCall, openClient, type PeerAddress } from "./service.ts";

/** The call ended, stalled, or the peer does not fit; the message says which. */
class CallBroken extends Error {
  override readonly name = "CallBroken";
}

interface Received {
  readonly bytes: Uint8Array;
  readonly packet: Packet;
}

/** One call on a connection of its own, read packet by packet. Unread packets stay with the sender. */
export class PacketReader {
  readonly #to: PeerAddress;
  readonly #client: grpc.Client;
  readonly #call: ReturnType<typeof openCall>;
  readonly #packets: AsyncIterator<Uint8Array>;
  readonly #ended: AbortSignal;
  readonly #onDamaged: () => void;
  readonly #onEnded = (): void => this.close();
  /** Null until the peer is proven. */
  #pieces: { readonly reader: PieceReader; readonly writer: PieceWriter } | null = null;
  #closed = false;
  #reading = false;

  /** `path`: of the method. `onDamaged` is called if a message was changed on the way. */
  constructor(address: PeerAddress, path: string, ended: AbortSignal, onDamaged: () => void) {
    this.#to = address;
    this.#onDamaged = onDamaged;
    this.#client = openClient(address);
    this.#call = openCall(this.#client, path);
    // The iterator reports errors only while a read is pending.
    this.#call.on("error", () => undefined);
    this.#packets = this.#call[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#ended = ended;
    ended.addEventListener("abort", this.#onEnded);
  }

  /** Both ends prove the key. Afterwards packets are sent and received in sealed pieces. @throws as `next` does. */
  async prove(context: ProofContext, call: PeerCall, timeoutMs: number): Promise<void> {
    const proof = new DiallerProof(context, call, this.#to.id, 0);
    const step = async (): Promise<ProofStep> => {
      const { bytes, packet } = await this.next(timeoutMs);
      return proof.receive(bytes, packet);
    };
    this.write(proof.helloBytes);
    const answer = await step();
    if (answer.kind !== "send") throw new CallBroken("the peer is not ours");
    this.write(answer.bytes);
    const proven = await step();
    if (proven.kind !== "proven") throw new CallBroken("the peer is not ours");
    const { keys } = proven;
    this.#pieces = { reader: new PieceReader(keys.acceptor), writer: new PieceWriter(keys.dialler) };
  }

  write(bytes: Uint8Array): void {
    for (const piece of this.#pieces?.writer.cut(bytes) ?? [bytes]) this.#call.write(piece);
  }

  /** The next packet. @throws CallBroken (also after `timeoutMs`), CodecError, PieceError, or gRPC's error. */
  async next(timeoutMs: number): Promise<Received> {
    assert(!this.#reading, "a call is read by one reader");
    if (this.#closed) throw new CallBroken("closed");
    this.#reading = true;
    const timer = setTimeout(() => this.close(), timeoutMs);
    try {
      for (;;) {
        const result = await this.#packets.next();
        if (result.done === true) throw new CallBroken("the stream ended early");
        const bytes = this.#pieces === null ? result.value : this.#pieces.reader.take(result.value);
        if (bytes !== null) return { bytes, packet: decodePacket(bytes) };
      }
    } catch (error) {
      if (error instanceof PieceError) this.#onDamaged();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#reading = false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended.removeEventListener("abort", this.#onEnded);
    this.#call.cancel();
    this.#client.close();
  }
}
