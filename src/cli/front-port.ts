/**
 * The front: one address that answers while any local replica lives. On Linux every
 * replica binds it and the kernel spreads the connections; elsewhere the first one has it
 * and the others try again until it is free. Before binding, whoever answers there is
 * asked who it is: two clusters on one port would each get half of the visitors.
 */
import { clusterToken } from "./cluster-key.ts";
import { isLoopback, printAddress, type Address } from "./option-values.ts";
import type { Logger } from "./logger.ts";

/** What a server must do to be put behind the front. */
export interface FrontServer {
  stop(): Promise<void>;
}

export interface FrontDeps {
  readonly address: Address;
  /** Scheme of the page. */
  readonly scheme: "http" | "https";
  /** Null until the first view is known. */
  readonly clusterId: () => string | null;
  /** What a replica with our key answers to this nonce (frontProof); without it only an open /cluster.json tells. */
  readonly proofOf?: (nonce: string) => string;
  /** True if a living replica of the same data folder says that it has the front. */
  readonly sharedLocally: () => boolean;
  /** Binds, or throws with `code` EADDRINUSE. */
  readonly serve: (address: Address, reusePort: boolean) => FrontServer;
  readonly logger: Logger;
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

  /** The first attempt; resolves when it is over, whatever came of it. */
  async start(): Promise<void> {
    await this.#attempt();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#server?.stop();
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
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EADDRINUSE" && !reusePort) return this.#later();
      return this.#giveUp();
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#attempt(), RETRY_MS);
  }

  #giveUp(): void {
    const at = printAddress(this.#deps.address);
    this.#deps.logger.warn("front_foreign", { address: at });
    this.#deps.onForeign(
      `the front address ${at} belongs to another program or cluster; this replica goes on without it, choose another with --front`,
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
        // Only the clusterId is read, and a wrong answer costs no more than the front.
        ...(scheme === "https" && isLoopback(address.host) ? { tls: { rejectUnauthorized: false } } : {}),
      });
      const text = (await answer.text()).slice(0, 65_536);
      // Where the status needs a login, the key alone says who it is.
      const proof = this.#deps.proofOf?.(nonce);
      if (proof !== undefined && answer.headers.get(FRONT_PROOF_HEADER) === proof) return "ours";
      const theirs = clusterIdIn(text);
      if (theirs === null) return "foreign";
      const own = this.#deps.clusterId();
      // Neither of us may know the cluster yet; the one that answers will, in a moment.
      if (own === null || theirs === "") return "silent";
      return theirs === own ? "ours" : "foreign";
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

function clusterIdIn(text: string): string | null {
  try {
    const found: unknown = (JSON.parse(text) as { clusterId?: unknown } | null)?.clusterId;
    return typeof found === "string" ? found : null;
  } catch {
    return null;
  }
}
