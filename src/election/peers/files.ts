/** The dialler's end of the call for files: one question, then its answer. */
import type { FileAnswer, FileCall, FileQuestion } from "../file-exchange.ts";
import { encodePacket } from "./packet.ts";
import { PacketReader } from "./packet-reader.ts";
import type { ProofContext } from "./proof.ts";
import { FILES_PATH, type PeerAddress } from "./service.ts";

/** Maximum time of each step of the proof. */
const PROOF_MS = 2_000;

const EMPTY = { names: [], offset: 0, data: new Uint8Array(0) } as const;

/** Dials a peer and proves the key. Rejects if the peer does not answer, does not fit, or knows no files. */
export async function dialFiles(
  address: PeerAddress,
  context: ProofContext,
  ended: AbortSignal,
  onDamaged: () => void,
): Promise<FileCall> {
  const reader = new PacketReader(address, FILES_PATH, ended, onDamaged);
  try {
    await reader.prove(context, "files", PROOF_MS);
  } catch (error) {
    reader.close();
    throw error;
  }
  return {
    async ask(question: Partial<FileQuestion> & Pick<FileQuestion, "ask">, timeoutMs: number): Promise<FileAnswer> {
      try {
        reader.write(encodePacket({ kind: "fileQuestion", question: { ...EMPTY, ...question } }));
        const { packet } = await reader.next(timeoutMs);
        if (packet.kind !== "fileAnswer") throw new Error("a packet out of turn");
        return packet.answer;
      } catch (error) {
        reader.close();
        throw error;
      }
    },
    close: () => reader.close(),
  };
}
