/** People with a browser, for the stories in this folder, and what they see on a page. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { until } from "../../harness/until.ts";

/** How long a story waits for a page; the machine may be busy with other tests. */
const WAIT_MS = 20_000;

/** The interval of checks: each one takes 2 ms of the processor that the page needs too. */
const LOOK_MS = 25;

export const PASSWORD = "correct horse battery";

/** Waits for a condition as long as for a page. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = WAIT_MS): Promise<void> {
  await until(condition, timeoutMs, LOOK_MS);
}

/** Console messages that a page may write. Errors of scripts and refusals by the policy are not among them. */
const QUIET_ENOUGH =
  /favicon|htmx: htmx:error: (Failed to fetch|AbortError)|Failed to load resource|net::ERR_|Password forms should have/;

/** A person with a browser profile of their own. */
export class Visitor {
  readonly name: string;
  readonly context: BrowserContext;
  /** The first tab. */
  readonly page: Page;
  /** Errors that the pages reported; every story expects none at its end. */
  readonly complaints: string[] = [];

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.watch(page);
  }

  static async open(browser: Browser, name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      // What moves costs the processor a picture for each step.
      reducedMotion: "reduce",
      // Its own stories have one (installing.test.ts). Requests that it makes cannot be intercepted.
      serviceWorkers: "block",
      ...options,
    });
    context.setDefaultTimeout(WAIT_MS);
    // Playwright reports every page as focused, so everything in view would be marked as read.
    await context.addInitScript("document.hasFocus = () => false");
    return new Visitor(name, context, await context.newPage());
  }

  private watch(page: Page): void {
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !QUIET_ENOUGH.test(message.text())) this.complaints.push(message.text());
    });
  }

  /** The window is in front now, and the person looks at it. */
  async look(page = this.page): Promise<void> {
    await page.evaluate("void (document.hasFocus = () => true)");
  }

  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    this.watch(page);
    return page;
  }

  /** Creates an account and logs in this profile without a page, because the forms have stories of their own. */
  async join(origin: string): Promise<void> {
    await this.post(`${origin}/register`, { name: this.name, password: PASSWORD, id: crypto.randomUUID() });
  }

  /** Registers by the page. Ends at the start page. */
  async register(origin: string): Promise<void> {
    await this.join(origin);
    await this.page.goto(origin);
  }

  /** Logs in by the page. Ends at the start page. */
  async logIn(origin: string, page = this.page): Promise<void> {
    await this.post(`${origin}/login`, { name: this.name, password: PASSWORD });
    await page.goto(origin);
  }

  async registerByForm(origin: string): Promise<void> {
    await eventually(async () => {
      await this.page.goto(`${origin}/register`);
      await this.fillIn("Register");
      return await cameIn(this.page);
    });
  }

  async logInByForm(origin: string, page = this.page): Promise<void> {
    await page.goto(`${origin}/login`);
    await this.fillIn("Log in", page);
    await page.getByRole("button", { name: "Log out" }).waitFor();
  }

  /** Posts a form with the cookies of this profile, repeats it until a replica leads, and returns the answer's JSON. */
  async post(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    let answer: Record<string, unknown> = {};
    await eventually(async () => {
      const response = await this.context.request.post(url, { form, headers: { accept: "application/json" } });
      answer = (await response.json()) as Record<string, unknown>;
      if (response.status() >= 500) return false;
      if (!response.ok()) throw new Error(`${url} answered ${response.status()}: ${JSON.stringify(answer)}`);
      return true;
    });
    return answer;
  }

  /** Sends a message to a name without a page. Returns the path of the conversation. */
  async send(origin: string, name: string, body: string): Promise<string> {
    const { message } = await this.post(`${origin}/to`, { name, body, id: crypto.randomUUID() });
    return `/c/${(message as { conversationId: string }).conversationId}`;
  }

  /** Sends messages into the open conversation, one after another, faster than by typing. */
  async pour(bodies: readonly string[]): Promise<void> {
    const url = `${this.page.url()}/messages`;
    for (const body of bodies) await this.post(url, { id: crypto.randomUUID(), body });
  }

  private async fillIn(button: string, page = this.page): Promise<void> {
    await page.getByLabel("Name", { exact: true }).fill(this.name);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: button, exact: true }).click();
  }

  /** Sends the first message to a person. Ends in the conversation. */
  async writeTo(name: string, text: string): Promise<void> {
    await this.page.goto(`${new URL(this.page.url()).origin}/new`);
    await this.page.getByLabel("To", { exact: true }).fill(name);
    await composer(this.page).fill(text);
    await composer(this.page).press("Enter");
    await this.page.waitForURL(/\/c\//);
    await row(this.page, text).waitFor();
  }

  /** Opens an address, unless the page is there already. */
  async goBackTo(url: string): Promise<void> {
    if (this.page.url() !== url) await this.page.goto(url);
  }

  /** Opens the conversation with a person from the list. */
  async openFrom(origin: string, name: string, page = this.page): Promise<void> {
    await page.goto(`${origin}/`);
    const row = page.locator("#sidebar a[href^='/c/']", { has: page.locator(".name", { hasText: name }) });
    await row.first().click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  /** Sends a message in the open conversation. */
  async say(text: string, page = this.page): Promise<void> {
    await composer(page).fill(text);
    await composer(page).press("Enter");
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Whether a log-in or a registration succeeded; false if no replica led, so that the caller should try again. */
export async function cameIn(page: Page): Promise<boolean> {
  const inside = page.getByRole("button", { name: "Log out" });
  await inside.or(page.getByText("try again in a moment")).first().waitFor();
  return await inside.isVisible();
}

/** The text field. */
export function composer(page: Page): Locator {
  return page.getByRole("textbox", { name: "Message", exact: true });
}

/** The log region. */
export function messages(page: Page): Locator {
  return page.getByRole("log", { name: "Messages" });
}

/** The row with exactly this text. */
export function row(page: Page, text: string): Locator {
  return page.locator("#messages > .message").filter({ has: page.locator(".body").getByText(text, { exact: true }) });
}

/** The texts in the log, in order. */
export async function texts(page: Page): Promise<string[]> {
  return await page.locator("#messages > .message .body").allTextContents();
}

/** Waits until the page is at another address than `origin`, and live there. */
export async function movedFrom(page: Page, origin: string): Promise<void> {
  // Not waitForURL, which fails if the page leaves again while it loads.
  await eventually(() => page.url().startsWith("http") && new URL(page.url()).origin !== origin);
  // Chromium reloads its error page after 1 s, then after 5 s and 30 s more.
  await page.getByRole("log", { name: "Messages" }).waitFor({ timeout: 60_000 });
}
