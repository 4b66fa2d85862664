/**
 * The front: one address that answers while any local replica lives. On Linux every
 * replica binds it and the kernel spreads the connections; elsewhere the first one has it
 * and the others try again until it is free. Before binding, whoever answers there has to
 * prove that it holds the cluster key: two clusters on one port would each get half of the visitors.
 */
import { isInUse } from "../host/bind.ts";
import { clusterToken } from "../host/cluster-key.ts";
import { printAddress, type Address } from "../host/address.ts";
import type { Logger } from "../host/logger.ts";

/** What a server must do to be put behind the front. */
export interface FrontServer {
  stop(): Promise<void>;
}

export interface FrontDeps {
  readonly address: Address;
  /** Scheme of the page. */
  readonly scheme: "http" | "https";
  /** What a replica with our key answers to this nonce (frontProof). */
  readonly proofOf: (nonce: string) => string;
  /** True if a living replica of the same data folder says that it has the front. */
  readonly sharedLocally: () => boolean;
  /** Binds, or throws with `code` EADDRINUSE. */
  readonly serve: (address: Address, reusePort: boolean) => FrontServer;
  readonly logger: Logger;
  /** It is held from now on. */
  readonly onBound: () => void;
  /** Said once if the address belongs to somebody else. */
  readonly onForeign: (sentence: string) => void;
  readonly platform?: string;
}

type Answerer = "nobody" | "ours" | "foreign" | "silent";

/** In a question to /cluster.json: a text that was never used before, at most 64 characters. */
export const FRONT_NONCE_HEADER = "lastword-front-nonce";
/** In its answer: that the one who answers holds the cluster key. */
export const FRONT_PROOF_HEADER = "lastword-front-proof";

const NONCE_CHARACTERS_MAX = 64;
const RETRY_MS = 250;
const ASK_TIMEOUT_MS = 1000;

/** The answer to a nonce; the secret does not leave, whoever asks or answers. */
export function frontProof(secret: Uint8Array, nonce: string): string {
  return clusterToken(secret, `front|${nonce.slice(0, NONCE_CHARACTERS_MAX)}`);
}

/** Tries until it has the address, learns that it is somebody else's, or is stopped. */
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

  /** The first attempt; resolves when it is over, whatever came of it. */
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
      return isInUse(error) ? this.#giveUp() : this.#giveUp(`cannot be used (${code ?? "it is refused"})`);
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#attempt(), RETRY_MS);
  }

  #giveUp(why = "belongs to another program or cluster"): void {
    const at = printAddress(this.#deps.address);
    // Not a warning: the sentence is one, and whoever runs several replicas says it for all of them.
    this.#deps.logger.info("front_foreign", { address: at });
    this.#deps.onForeign(
      `the front address ${at} ${why}; this replica goes on without it, choose another with --front`,
    );
  }

  async #whoAnswers(): Promise<Answerer> {
    const { scheme, address } = this.#deps;
    const nonce = crypto.randomUUID();
    try {
      const answer = await fetch(`${scheme}://${printAddress(address)}/cluster.json`, {
        signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
        redirect: "manual",
        headers: { accept: "application/json", [FRONT_NONCE_HEADER]: nonce },
        // The key says who it is. This host need not know who signed the certificate: browsers do.
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
