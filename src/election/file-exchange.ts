/**
 * What replicas ask each other about files (proto/peer.proto has the questions), and the two ends of it. Files are beside
 * the log: the log only names them.
 */
import type { ReplicaId } from "./view.ts";

/** The questions. */
export const FILE_ASKS = ["read", "put", "keep", "drop"] as const;

/** The most bytes of a file in one question or answer. */
export const FILE_PART_BYTES = 256 * 1024;

export interface FileQuestion {
  readonly ask: (typeof FILE_ASKS)[number];
  readonly names: readonly string[];
  readonly offset: number;
  readonly data: Uint8Array;
}

export interface FileAnswer {
  /** `no`: it is not here, or cannot be kept. `full`: there is no room for it. */
  readonly result: "yes" | "no" | "full";
  readonly offset: number;
  readonly data: Uint8Array;
}

/** A proven connection to one peer, for questions one after another. */
export interface FileCall {
  /** Rejects if the peer or the connection fails, or after `timeoutMs`; the call is closed then. */
  ask(question: Partial<FileQuestion> & Pick<FileQuestion, "ask">, timeoutMs: number): Promise<FileAnswer>;
  close(): void;
}

/** Dials a peer. Rejects if it does not answer, does not fit, or knows no files. */
export type DialFiles = (peer: ReplicaId) => Promise<FileCall>;

/** Answers the questions of proven peers. Never rejects. */
export type AnswerFiles = (from: ReplicaId, question: FileQuestion) => Promise<FileAnswer>;
