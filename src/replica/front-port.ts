/**
 * The front: one address that answers while any local replica lives. On Linux every
 * replica binds it and the kernel spreads the connections; on other systems the first one has it
 * and the others try again until it is free. If somebody answers there already, it must prove
 * that it holds the cluster key, because two clusters on one port would each get half of the visitors.
 */
import { isInUse } from "../host/bind.ts";
import { clusterToken } from "../host/cluster-key.ts";
import { printAddress, type Address } from "../host/address.ts";
import type { Logger } from "../host/logger.ts";

/** A server that listens at the front. */
export interface FrontServer {
  stop(): Promise<void>;
}

export interface FrontDeps {
  readonly address: Address;
  /** The scheme of the page. */
  readonly scheme: "http" | "https";
  /** The answer that a replica with our key gives to this nonce (frontProof). */
  readonly proofOf: (nonce: string) => string;
  /** True if a living replica of the same data folder has written that it has the front. */
  readonly sharedLocally: () => boolean;
  /** Binds, or throws with `code` EADDRINUSE. */
  readonly serve: (address: Address, reusePort: boolean) => FrontServer;
  readonly logger: Logger;
  /** Called once this replica has bound the front. */
  readonly onBound: () => void;
  /** Called once if the address cannot be had, with a sentence for the terminal. */
  readonly onForeign: (sentence: string) => void;
  /** Test seam. */
  readonly platform?: string;
}

type Answerer = "nobody" | "ours" | "foreign" | "silent";

/** Request header of /cluster.json: a text that was never used before, at most 64 characters. */
export const FRONT_NONCE_HEADER = "lastword-front-nonce";
/** Response header of /cluster.json: the proof that the answering server holds the cluster key. */
export const FRONT_PROOF_HEADER = "lastword-front-proof";

const NONCE_CHARACTERS_MAX = 64;
const RETRY_MS = 250;
const ASK_TIMEOUT_MS = 1000;

/** The answer to a nonce. It does not reveal the secret to the one who asked. */
export function frontProof(secret: Uint8Array, nonce: string): string {
  return clusterToken(secret, `front|${nonce.slice(0, NONCE_CHARACTERS_MAX)}`);
}

/** Tries to bind the front until it succeeds, learns that another program or cluster has it, or is stopped. */
export class FrontPort {
  readonly #deps: FrontDeps;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #server: FrontServer | null = null;
  #stopped = false;

  constructor(deps: FrontDeps) {
    this.#deps = deps;
  }

  /** True while this replica has the address. */
  get isBound(): boolean {
    return this.#server !== null;
  }

  /** Makes the first attempt; resolves when that has ended, with or without success. */
  async start(): Promise<void> {
    await this.#attempt();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const server = this.#server;
    this.#server = null;
    await server?.stop();
  }

  async #attempt(): Promise<void> {
    const answerer = await this.#whoAnswers();
    if (this.#stopped) return;
    if (answerer === "foreign") return this.#giveUp();
    const mayShare = answerer === "ours" || (answerer === "silent" && this.#deps.sharedLocally());
    if (answerer !== "nobody" && !mayShare) return this.#later();
    const reusePort = (this.#deps.platform ?? process.platform) === "linux";
    if (answerer !== "nobody" && !reusePort) return this.#later();
    try {
      this.#server = this.#deps.serve(this.#deps.address, reusePort);
      this.#deps.logger.info("front_bound", { address: printAddress(this.#deps.address) });
      this.#deps.onBound();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EADDRINUSE" && !reusePort) return this.#later();
      // Who answers there with our key, and does not share, is the page of a replica.
      if (isInUse(error)) return answerer === "ours" ? this.#giveUp("is the page of a replica") : this.#giveUp();
      return this.#giveUp(`cannot be used (${code ?? "it is refused"})`);
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#attempt(), RETRY_MS);
  }

  #giveUp(why = "belongs to another program or cluster"): void {
    const at = printAddress(this.#deps.address);
    // Not logged as a warning, because onForeign prints the warning, or `lastword up` does for all replicas.
    this.#deps.logger.info("front_foreign", { address: at });
    this.#deps.onForeign(`the front address ${at} ${why}; this replica runs without it, choose another with --front`);
  }

  async #whoAnswers(): Promise<Answerer> {
    const { scheme, address } = this.#deps;
    const nonce = crypto.randomUUID();
    try {
      const answer = await fetch(`${scheme}://${printAddress(address)}/cluster.json`, {
        signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
        redirect: "manual",
        headers: { accept: "application/json", [FRONT_NONCE_HEADER]: nonce },
        // The proof identifies the answering server, so this host need not trust the issuer of its certificate.
        ...(scheme === "https" ? { tls: { rejectUnauthorized: false } } : {}),
      });
      await answer.body?.cancel();
      return answer.headers.get(FRONT_PROOF_HEADER) === this.#deps.proofOf(nonce) ? "ours" : "foreign";
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (code === "ConnectionRefused" || code === "ECONNREFUSED") return "nobody";
      return name === "TimeoutError" || name === "AbortError" || code === "ECONNRESET" || code === "ConnectionClosed"
        ? "silent"
        : "foreign";
    }
  }
}
