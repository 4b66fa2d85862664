/** What the tests of addresses need from any browser, and a person who uses the page in it. */
import type { Browser } from "playwright-core";
import { WEB_PASSWORD } from "../../harness/web-person.ts";

/** Long, because many pages are busy at the same time. */
const PATIENCE_MS = 30_000;
/** The interval of checks, because each one costs the browser time. */
const LOOK_MS = 100;
const TRIES_MAX = 50;

export interface Tab {
  /** Opens an address, and resolves when it has loaded. */
  open(url: string): Promise<void>;
  /** The JSON value of an expression in the page. Rejects while the page is being replaced. */
  run(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A tab of Chromium with cookies of its own. */
export async function chromiumTab(browser: Browser): Promise<Tab> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, serviceWorkers: "block" });
  const page = await context.newPage();
  return {
    open: async (url) => void (await page.goto(url)),
    run: (expression) => page.evaluate(expression),
    close: () => context.close(),
  };
}

/** A script that fills in fields as typing does, and sends their form by its button. */
function sending(form: string, fields: Readonly<Record<string, string>>): string {
  return `(() => {
    const form = document.querySelector(${JSON.stringify(form)});
    if (form === null) return false;
    for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
      const field = form.elements[name];
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.requestSubmit(form.querySelector('button[type="submit"], button:not([type])') ?? undefined);
    return true;
  })()`;
}

/** A person who uses a tab. */
export class TabPerson {
  readonly name: string;
  readonly tab: Tab;

  constructor(name: string, tab: Tab) {
    this.name = name;
    this.tab = tab;
  }

  /** Waits until an expression is true in the page, whichever page that is by then. */
  async until(what: string, expression: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await this.tab.run(`Boolean(${expression})`).catch(() => false))) {
      if (performance.now() > end) {
        const at = await this.tab
          .run("location.href.replace(/#.*/, '') + ': ' + document.body.innerText.slice(0, 200)")
          .catch(() => "a page that does not answer");
        throw new Error(`waited for ${what}; at ${String(at)}`);
      }
      await Bun.sleep(LOOK_MS);
    }
  }

  async register(origin: string): Promise<void> {
    await this.tab.open(`${origin}/register`);
    await this.enter("/register");
  }

  /** Fills in the registration where it cannot work, and reads why. */
  async isRefused(origin: string, sentence: string): Promise<void> {
    await this.tab.open(`${origin}/register`);
    await this.tab.run(sending('form[action="/register"]', { name: this.name, password: WEB_PASSWORD }));
    await this.until(sentence, `document.body.innerText.includes(${JSON.stringify(sentence)})`);
  }

  /** Logs out and in again. */
  async logInAgain(): Promise<void> {
    await this.answered(
      `document.querySelector('form[action="/logout"]').requestSubmit() ?? true`,
      '"me" in document.body.dataset',
    );
    await this.enter("/login");
  }

  /** Sends the first message to a person. Ends in the conversation, when the message is saved. */
  async writeTo(name: string, words: string): Promise<void> {
    await this.until("the composer", `document.querySelector("#composer")`);
    await this.tab.run(sending("#composer", { name, body: words }));
    await this.until("the conversation", `location.pathname.startsWith("/c/")`);
    await this.sees(words);
  }

  async sees(words: string): Promise<void> {
    await this.until(
      `"${words}"`,
      `[...document.querySelectorAll("#messages .body")].some((body) => body.textContent === ${JSON.stringify(words)})`,
    );
  }

  async origin(): Promise<string> {
    return String(await this.tab.run("location.origin"));
  }

  /** Sends the form of the page, and waits until the person is logged in. */
  private async enter(action: string): Promise<void> {
    await this.answered(
      sending(`form[action="${action}"]`, { name: this.name, password: WEB_PASSWORD }),
      '!("me" in document.body.dataset)',
    );
  }

  /**
   * Sends a form until it gets a final answer: on a busy machine there may be no leader for a moment, and the answer
   * is then a page that says so. Throws with the text of the page for any other answer.
   */
  private async answered(send: string, isStill: string): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      // A send with an unknown outcome may have succeeded; the address of the form then leads to the chat.
      if (tries > 0 && (await this.now(isStill)) !== true) return;
      // A proxy that sees no healthy replica at the moment shows a page of its own, without our form.
      const isForm = await this.now(`document.querySelector('form[method="post"]') !== null`);
      if (isForm !== true) {
        await Bun.sleep(LOOK_MS);
        await this.tab.open(String(await this.now("location.href")));
        continue;
      }
      // A refused log-out does not leave the page, and its note says so.
      const note = `document.getElementById("note")`;
      // The answer to the previous try may have arrived only now, with another form.
      if ((await this.tab.run(`(document.body.dataset.sent = "yes", ${note}?.replaceChildren(), ${send})`)) === false) {
        await Bun.sleep(LOOK_MS);
        continue;
      }
      const isPassing = `/in a moment|not known whether|503 Service/.test(document.body.innerText)`;
      await this.until(
        "an answer",
        `document.readyState === "complete" && (!document.body.dataset.sent || ${isPassing})`,
      );
      if ((await this.now(isStill)) !== true) return;
      if ((await this.now(isPassing)) !== true)
        throw new Error(`not done: ${String(await this.now("document.body.innerText.slice(0, 300)"))}`);
    }
    throw new Error(`not answered for good ${TRIES_MAX} times`);
  }

  /** The value of an expression as soon as there is a page: between two pages there is none. */
  private async now(expression: string): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.tab.run(expression);
      } catch (error) {
        if (tries === TRIES_MAX) throw error;
        await Bun.sleep(LOOK_MS);
      }
    }
  }
}
