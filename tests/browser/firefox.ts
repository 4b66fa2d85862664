/**
 * Drives Debian's Firefox by WebDriver BiDi through its remote agent, because playwright drives only its own build of
 * Firefox. This is only the part of the protocol that opens pages and runs scripts in them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tab } from "./browser-tab.ts";
import { waitFor } from "../../harness/cluster.ts";

export const FIREFOX = "/usr/bin/firefox-esr";

const START_MS = 30_000;
const ANSWER_MS = 20_000;
const TABS_TRIED = 5;
/** Preferences that switch off all other network traffic and all questions to the user. */
const PREFERENCES: Record<string, boolean | number | string> = {
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "app.update.enabled": false,
  "app.normandy.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:9/",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

interface Reply {
  readonly id?: number;
  readonly type: string;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

export class Firefox {
  readonly #process: Bun.Subprocess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(process: Bun.Subprocess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#onReply(JSON.parse(String(data)) as Reply));
    socket.addEventListener("close", () => this.#failAll());
  }

  static async launch(): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "lastword-firefox-"));
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
    const child = Bun.spawn(
      [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0", "about:blank"],
      { env: { PATH: "/usr/bin:/bin", HOME: profile }, stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of child.stderr) said += decoder.decode(chunk, { stream: true });
    })();
    try {
      const url = await waitFor("Firefox", () => /listening on (ws:\S+)/.exec(said)?.[1] ?? null, START_MS);
      const socket = new WebSocket(`${url}/session`);
      await new Promise((resolve, reject) => {
        socket.addEventListener("open", resolve, { once: true });
        socket.addEventListener("error", reject, { once: true });
      });
      const firefox = new Firefox(child, profile, socket);
      await firefox.send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
      return firefox;
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(profile, { recursive: true, force: true });
      throw error;
    }
  }

  /** Sends one command and returns its result. */
  async send(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const late = setTimeout(() => waiting.reject(new Error(`${method}: no answer`)), ANSWER_MS);
    try {
      return (await waiting.promise) as Record<string, unknown>;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  /** A tab with cookies of its own. */
  async tab(): Promise<Tab> {
    const { userContext } = await this.send("browser.createUserContext", {});
    const context = await this.#newContext(userContext);
    return {
      open: async (url) => {
        await this.send("browsingContext.navigate", { context, url, wait: "complete" });
      },
      run: async (expression) => {
        const answer = (await this.send("script.evaluate", {
          // There can be an empty page between two pages.
          expression: `(() => {
            if (location.protocol === "about:") throw new Error("the page is changing");
            return JSON.stringify(${expression});
          })()`,
          target: { context },
          awaitPromise: false,
        })) as { type: string; result?: { value?: string }; exceptionDetails?: { text: string } };
        if (answer.type !== "success") throw new Error(answer.exceptionDetails?.text ?? "the script failed");
        return JSON.parse(answer.result?.value ?? "null") as unknown;
      },
      close: async () => {
        await this.send("browser.removeUserContext", { userContext });
      },
    };
  }

  /** While several tabs open at the same time, Firefox sometimes loses the first page of one, and says so. */
  async #newContext(userContext: unknown): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        const { context } = await this.send("browsingContext.create", { type: "tab", userContext });
        return context;
      } catch (error) {
        if (tries === TABS_TRIED || !String(error).includes("no such frame")) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    rmSync(this.#profile, { recursive: true, force: true });
  }

  #onReply(reply: Reply): void {
    if (reply.id === undefined) return;
    const waiting = this.#waiting.get(reply.id);
    if (reply.type === "success") waiting?.resolve(reply.result);
    else waiting?.reject(new Error(`${reply.error}: ${reply.message}`));
  }

  #failAll(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error("Firefox is gone"));
  }
}
