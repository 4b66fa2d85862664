/**
 * The page from a second computer: over TLS, with a certificate that is renewed while the replica runs, behind a proxy,
 * and never unencrypted by accident. Also the move of a logged-in page from one host name to another.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { chromium, type Browser } from "playwright-core";
import { readRunFile } from "../../src/host/run-file.ts";
import { BINARY, Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { freePorts } from "../../harness/free-ports.ts";
import { SecondHost, TestAuthority } from "../../harness/second-host.ts";
import { WEB_PASSWORD, WebPerson } from "../../harness/web-person.ts";

const CHROMIUM = "/usr/bin/chromium";
const openssl = Bun.which("openssl") !== null;
const curl = Bun.which("curl") !== null;
const browser = existsSync(CHROMIUM) || process.env["CI"] === "true";

let authority: TestAuthority;
let host: SecondHost;

beforeAll(() => {
  if (!openssl) process.stderr.write("second computer: skipped, openssl is missing\n");
  else authority = new TestAuthority();
  host = SecondHost.open();
  if (!host.separate) process.stderr.write("second computer: another loopback address instead of a namespace\n");
});
afterAll(() => {
  host.close();
  if (openssl) authority[Symbol.dispose]();
});

/** The command line of a replica with another address for its page. */
function wordsAt(cluster: Cluster, id: number, web: string): string[] {
  return cluster.words(id).map((word) => (word.startsWith("--web=") ? `--web=${web}` : word));
}

/** The common name of the certificate that a server shows. */
function certificateAt(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", () => resolve(null));
  });
}

describe.skipIf(!openssl)("over TLS", () => {
  test.concurrent.skipIf(!curl)(
    "the page opens on the second computer, with Secure cookies, and status asks for a login",
    async () => {
      const [address] = host.addresses;
      const [port] = await freePorts(1);
      const { cert, key } = authority.issue("page", [address]);
      await using cluster = await Cluster.create({ replicas: 1 });
      cluster.spawn(0, [...wordsAt(cluster, 0, `${address}:${port}`), `--tls-cert=${cert}`, `--tls-key=${key}`]);
      const origin = `https://${address}:${port}`;
      const page = await waitFor("the page", async () => {
        const { text } = await host.curl(["--cacert", authority.ca, `${origin}/login`]);
        return text.startsWith("HTTP/1.1 200") ? text : null;
      });
      expect(page).toContain("<h1>Log in</h1>");
      expect(page.toLowerCase()).toContain("strict-transport-security: max-age=");
      const registered = await host.curl([
        "--cacert",
        authority.ca,
        "--data-urlencode",
        "name=anna",
        "--data-urlencode",
        `password=${WEB_PASSWORD}`,
        `${origin}/register`,
      ]);
      expect(registered.text).toStartWith("HTTP/1.1 303");
      const cookies = [...registered.text.matchAll(/^set-cookie: (.*)\r$/gim)].map((found) => found[1]!);
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) {
        expect(cookie).toContain("; Secure");
        expect(cookie).toContain("; HttpOnly");
        expect(cookie).toContain("; SameSite=Lax");
      }
      const cookie = `Cookie: ${cookies.map((one) => one.split(";")[0]).join("; ")}`;
      expect((await host.curl(["--cacert", authority.ca, "-H", cookie, `${origin}/account`])).text).toContain("anna");
      const json = ["-H", "Accept: application/json"];
      expect((await host.curl(["--cacert", authority.ca, ...json, `${origin}/cluster.json`])).text).toStartWith(
        "HTTP/1.1 401",
      );
      expect(
        (await host.curl(["--cacert", authority.ca, ...json, "-H", cookie, `${origin}/cluster.json`])).text,
      ).toStartWith("HTTP/1.1 200");
      // Without the authority the second computer does not trust it, and without TLS there is no answer.
      expect((await host.curl([`${origin}/login`])).exit).toBe(60);
      expect((await host.curl([`http://${address}:${port}/login`])).text).not.toContain("<h1>");
    },
    180_000,
  );

  test.concurrent(
    "a renewed certificate is served without a restart, streams go on; a broken one is not served",
    async () => {
      const [address] = host.addresses;
      const [port] = await freePorts(1);
      const now = { cert: join(authority.folder, "now.crt"), key: join(authority.folder, "now.key") };
      const install = (from: { cert: string; key: string }): void => {
        copyFileSync(from.cert, now.cert);
        copyFileSync(from.key, now.key);
      };
      const [first, second, third] = ["first", "second", "third"].map((name) => authority.issue(name, [address]));
      install(first!);
      await using cluster = await Cluster.create({ replicas: 1 });
      cluster.spawn(0, [
        ...wordsAt(cluster, 0, `${address}:${port}`),
        `--tls-cert=${now.cert}`,
        `--tls-key=${now.key}`,
      ]);
      await waitFor("the first", async () => (await certificateAt(address, port!)) === "first");
      const pid = cluster.pid(0);
      const anna = new WebPerson("anna", await Bun.file(authority.ca).text());
      const origin = `https://${address}:${port}`;
      await waitFor("the replica to write", () =>
        anna.register(origin).then(
          () => true,
          () => false,
        ),
      );
      const stream = await anna.events(origin);
      await stream.until("ping");
      install(second!);
      await waitFor("the second", async () => (await certificateAt(address, port!)) === "second");
      const from = stream.seen.length;
      await anna.send(origin, "anna", "still here");
      await stream.until("message", (data) => data.includes("still here"), { from });
      writeFileSync(now.cert, "not a certificate");
      await waitFor("the refusal", () => cluster.log(0).includes('"tls_refused"'), 60_000);
      expect(await certificateAt(address, port!)).toBe("second");
      // Renewal tools write a certificate before its key. The new one is served only once both are there.
      copyFileSync(third!.cert, now.cert);
      expect(await certificateAt(address, port!)).toBe("second");
      copyFileSync(third!.key, now.key);
      await waitFor("the third", async () => (await certificateAt(address, port!)) === "third");
      expect(cluster.pid(0)).toBe(pid);
      anna.leave();
    },
    180_000,
  );

  test("a certificate with another's key: exit code 2, nothing is left behind", async () => {
    const [one, other] = ["one", "other"].map((name) => authority.issue(name, ["127.0.0.1"]));
    await using cluster = await Cluster.create({ replicas: 1 });
    const words = [`--tls-cert=${one!.cert}`, `--tls-key=${other!.key}`];
    const refused = await cluster.command([...cluster.words(0), ...words]);
    expect([refused.exit, refused.stderr]).toEqual([
      2,
      "lastword: --tls-cert and --tls-key cannot be used together; give a certificate chain and its own private key, both as PEM\n",
    ]);
    expect(existsSync(join(cluster.data, "cluster.key"))).toBe(false);
  });

  test.concurrent.skipIf(process.platform !== "linux")(
    "the front behind a certificate that this host does not trust is shared by all replicas",
    async () => {
      const [address] = host.addresses;
      const { cert, key } = authority.issue("front", [address]);
      const [port] = await freePorts(1);
      const words = [`--tls-cert=${cert}`, `--tls-key=${key}`, `--front=${address}:${port}`];
      await using cluster = await Cluster.create({ replicas: 2 });
      for (const id of cluster.ids) {
        const own = cluster.words(id).filter((word) => !word.startsWith("--front="));
        cluster.spawn(id, [...own, ...words]);
        const origin = `https://${address}:${port}`;
        await waitFor(`replica ${id} to have the front`, () => readRunFile(cluster.data, id)?.front === origin);
      }
      // A visitor of the front may be on another host, so the status of the cluster needs a login there.
      const json = { headers: { accept: "application/json" }, tls: { rejectUnauthorized: false } };
      expect((await fetch(`https://${address}:${port}/cluster.json`, json)).status).toBe(401);
    },
    180_000,
  );
});

test("on an address that others reach: not without encryption, unless asked for", async () => {
  await using cluster = await Cluster.create({ replicas: 1 });
  const [port] = await freePorts(1);
  const words = wordsAt(cluster, 0, `0.0.0.0:${port}`);
  const refused = await cluster.command(words);
  expect([refused.exit, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/^lastword: the page at 0\.0\.0\.0:\d+ can be reached .*; give --tls-cert .*\n$/),
  ]);
  cluster.spawn(0, [...words, "--allow-plaintext"]);
  const closed = await waitFor("the page", async () => {
    const url = `http://127.0.0.1:${port}/cluster.json`;
    const answer = await fetch(url, { headers: { accept: "application/json" } }).catch(() => null);
    return answer === null || answer.status === 503 ? null : answer;
  });
  // A replica that other hosts can reach shows nothing about the cluster without a login.
  expect(closed.status).toBe(401);
  expect((await cluster.command(["status", "--json"])).exit).toBe(0);
}, 180_000);

test.skipIf(process.getuid?.() !== 0 || Bun.which("unshare") === null)(
  "an own name that is loopback here, while others are elsewhere: exit code 2, before anything is made",
  async () => {
    await using cluster = await Cluster.create({ replicas: 1 });
    const hosts = join(cluster.home, "hosts");
    writeFileSync(hosts, "127.0.0.1 localhost\n127.0.1.1 debian-host\n192.0.2.7 other-host\n");
    const [grpc] = await freePorts(1);
    const words = [
      "--replica-id=0",
      `--peers=0=debian-host:${grpc},1=other-host:${grpc}`,
      `--grpc=debian-host:${grpc}`,
      "--allow-plaintext",
      "--bootstrap",
      "--front=off",
    ];
    // In a mount namespace of its own, so that this computer's /etc/hosts is unchanged.
    const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const child = Bun.spawn(["unshare", "--mount", "sh", "-c", script, "sh", hosts, BINARY, ...words], {
      env: cluster.environment,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 20_000,
    });
    expect([await child.exited, await new Response(child.stderr).text()]).toEqual([
      2,
      "lastword: the name debian-host is 127.0.1.1 on this host, where no other host reaches it; give --grpc the address by which the others reach this host, or correct /etc/hosts\n",
    ]);
    expect(existsSync(join(cluster.data, "cluster.key"))).toBe(false);
  },
  180_000,
);

describe("X-Forwarded-*", () => {
  /** Status codes of several registrations. One address may make 10 an hour; loopback is not limited. */
  const registrations = async (cluster: Cluster, address: string): Promise<number[]> => {
    const answers = [];
    for (let i = 0; i < 11; i++) {
      const form = { name: `n${crypto.randomUUID().slice(0, 8)}`, password: WEB_PASSWORD };
      const headers = { "x-forwarded-for": `${address}9, ${address}` };
      answers.push((await new WebPerson(form.name).ask(cluster.web(0), "/register", { form, headers })).status);
    }
    return answers;
  };
  const ten = Array.from({ length: 10 }, () => 200);
  /** What counts is how many accounts are made, not how long their passwords take. */
  const WEAK = { replicas: 1, binary: FAULTS_BINARY, environment: { LASTWORD_FAULTS: "weak=1" } };

  test.concurrent(
    "is not believed without --behind-proxy",
    async () => {
      await using cluster = await Cluster.create(WEAK);
      await cluster.startAll();
      expect(await registrations(cluster, "203.0.113.7")).toEqual([...ten, 200]);
      const plain = await new WebPerson("x").ask(cluster.web(0), "/login", {
        page: true,
        headers: { "x-forwarded-proto": "http" },
      });
      expect(plain.status).toBe(200);
      expect((await fetch(`${cluster.web(0)}/cluster.json`)).status).toBe(200);
    },
    180_000,
  );

  test.concurrent(
    "is believed with it: the last address counts, http goes on to https, cookies are Secure",
    async () => {
      await using cluster = await Cluster.create({ ...WEAK, words: ["--behind-proxy"] });
      await cluster.start(0);
      await waitFor("the page", async () => (await fetch(`${cluster.web(0)}/healthz`)).status === 200);
      expect(await registrations(cluster, "203.0.113.7")).toEqual([...ten, 429]);
      expect((await registrations(cluster, "203.0.113.8"))[0]).toBe(200);
      const anna = new WebPerson("anna");
      const headers = { "x-forwarded-proto": "http", host: "chat.example" };
      const sent = await anna.ask(cluster.web(0), "/people?after=x", { page: true, headers });
      expect([sent.status, sent.headers.get("location")]).toEqual([308, "https://chat.example/people?after=x"]);
      const form = { name: "anna", password: WEB_PASSWORD };
      expect((await anna.ask(cluster.web(0), "/login", { form, headers })).status).toBe(403);
      const odd = await anna.ask(cluster.web(0), "/", { page: true, headers: { ...headers, host: "a@b" } });
      expect(odd.headers.get("location")).toBeNull();
      const own = await anna.ask(cluster.web(0), "/register", { form, headers: { "x-forwarded-proto": "https" } });
      expect(own.headers.getSetCookie().every((cookie) => cookie.includes("; Secure"))).toBe(true);
      // Behind the proxy on this host, every visitor arrives at the listener on loopback.
      expect((await new WebPerson("x").ask(cluster.web(0), "/cluster.json")).status).toBe(401);
    },
    180_000,
  );
});

describe("a page that moves to another host name", () => {
  /** Two replicas whose pages have different addresses. */
  async function twoHosts(addresses: readonly string[], tls = false): Promise<{ cluster: Cluster; origins: string[] }> {
    const ports = await freePorts(2);
    const files = tls ? authority.issue(`both-${ports[0]}`, addresses) : null;
    const words = files === null ? [] : [`--tls-cert=${files.cert}`, `--tls-key=${files.key}`];
    const cluster = await Cluster.create({ replicas: 2, words });
    const origins = addresses.map((address, i) => `${tls ? "https" : "http"}://${address}:${ports[i]}`);
    for (const id of cluster.ids) {
      cluster.spawn(id, wordsAt(cluster, id, `${addresses[id]}:${ports[id]}`));
      await waitFor(`replica ${id}`, async () => {
        const answer = await fetch(`${origins[id]}/healthz`, { tls: { rejectUnauthorized: false } }).catch(() => null);
        return answer?.ok === true;
      });
    }
    return { cluster, origins };
  }

  /** Requests tokens for the other host, as the page does. */
  async function tokens(who: WebPerson, from: string, to: string, seats = "2"): Promise<string[]> {
    const found = await waitFor("a token", async () => {
      const answer = await who.ask(from, "/events/alive", { form: { stream: "s", seats } });
      return answer.status === 200
        ? ((await answer.json()) as { handover: Record<string, string[]> }).handover[to]
        : null;
    });
    return found;
  }

  const redeem = (who: WebPerson, origin: string, token: string) => who.ask(origin, "/handover", { form: { token } });

  test.concurrent(
    "a hand-over token opens once, at the replica it names, for the login it was made for",
    async () => {
      const { cluster, origins } = await twoHosts(["127.0.0.2", "127.0.0.3"]);
      await using _ = cluster;
      const [a, b] = origins as [string, string];
      const anna = new WebPerson("anna");
      await anna.register(a);
      const [token, second] = await tokens(anna, a, b);
      const thief = new WebPerson("thief");
      // It is refused where it was made, with a changed letter, and with text before or after it.
      for (const [origin, text] of [
        [a, token!],
        [b, `${token!.slice(0, 40)}${token![40] === "A" ? "B" : "A"}${token!.slice(41)}`],
        [b, `${token!}A`],
        [b, ""],
      ] as const)
        expect([text, (await redeem(thief, origin, text)).status]).toEqual([text, 401]);
      expect(thief.cookie(b)).toBeUndefined();
      const moved = new WebPerson("anna");
      expect((await redeem(moved, b, token!)).status).toBe(200);
      expect((await moved.json<{ user: { name: string } }>(b, "/account")).user.name).toBe("anna");
      // It is the same login and not a second one, so the list has it once.
      expect((await moved.json<{ logins: unknown[] }>(b, "/account")).logins).toHaveLength(1);
      expect((await redeem(thief, b, token!)).status).toBe(401);
      // A log-out ends it at both host names.
      expect((await moved.ask(b, "/logout", { form: {} })).status).toBe(200);
      await waitFor("the end at the first host", async () => (await anna.ask(a, "/account")).status === 401);
      expect((await redeem(thief, b, second!)).status).toBe(401);
      expect(thief.cookie(b)).toBeUndefined();
      // Without a login there are no tokens.
      expect((await thief.ask(a, "/events/alive", { form: { stream: "s", seats: "1" } })).status).toBe(401);
    },
    180_000,
  );

  test.concurrent(
    "the page at /handover works only for who comes from a replica's page",
    async () => {
      const { cluster, origins } = await twoHosts(["127.0.0.2", "127.0.0.3"]);
      await using _ = cluster;
      const [a, b] = origins as [string, string];
      await waitFor(
        "them to know each other",
        async () =>
          (await new WebPerson("x").ask(b, "/handover?next=/people", { page: true, headers: { referer: `${a}/` } }))
            .status === 200,
      );
      const from = async (referer: string | null, next = "/people") => {
        const headers = referer === null ? {} : { referer };
        return await new WebPerson("x").ask(b, `/handover?next=${encodeURIComponent(next)}`, { page: true, headers });
      };
      for (const referer of [null, "https://evil.example/", `${a}.evil.example/`, "nonsense", "null"]) {
        const answer = await from(referer);
        expect([referer, answer.status, answer.headers.get("location")]).toEqual([
          referer,
          303,
          "/login?next=%2Fpeople",
        ]);
      }
      const html = await (await from(`${a}/`, "//evil.example/")).text();
      expect(html).toContain('data-next="/"');
      const form = { token: "x" };
      const other = await new WebPerson("x").ask(b, "/handover", { form, headers: { "sec-fetch-site": "cross-site" } });
      expect(other.status).toBe(403);
    },
    180_000,
  );

  test.concurrent.skipIf(!browser).each(["killed", "frozen"] as const)(
    "its replica is %s: stays logged in, with its draft, in two tabs; on the second computer where there is one",
    async (how) => {
      const { cluster, origins } = await twoHosts(host.addresses, openssl);
      await using _ = cluster;
      const [a, b] = origins as [string, string];
      const launched = await launch(host, cluster.home);
      try {
        const context = await launched.newContext({ serviceWorkers: "block" });
        context.setDefaultTimeout(15_000);
        const page = await context.newPage();
        await page.goto(`${a}/register`);
        await page.getByLabel("Name", { exact: true }).fill("anna");
        await page.getByLabel("Password", { exact: true }).fill(WEB_PASSWORD);
        await page.getByRole("button", { name: "Register", exact: true }).click();
        await page.getByRole("button", { name: "Log out" }).waitFor();
        const tab = await context.newPage();
        await tab.goto(`${a}/people`);
        const draft = "a draft that is not sent yet ".repeat(8).trim();
        await page.getByLabel("To", { exact: true }).fill("anna");
        await page.getByRole("textbox", { name: "Message", exact: true }).fill(draft);
        // Wait for an event of the stream, because by then the page has answered a ping and got its tokens.
        const ben = new WebPerson("ben", openssl ? await Bun.file(authority.ca).text() : undefined);
        await ben.register(b);
        await ben.send(b, "anna", "hello");
        await waitFor("it to be counted in the title", async () => (await page.title()).startsWith("(1)"));
        const pid = cluster.pid(0);
        if (how === "killed") await cluster.kill(0);
        else await cluster.pause(0);
        for (const moved of [page, tab]) {
          await moved.waitForURL((url) => url.origin === b && url.pathname !== "/handover");
          await moved.getByRole("button", { name: "Log out" }).waitFor();
          // Neither token nor draft stays in the address.
          expect(new URL(moved.url()).hash).toBe("");
        }
        expect(new URL(tab.url()).pathname).toBe("/people");
        expect(await page.getByRole("textbox", { name: "Message", exact: true }).inputValue()).toBe(draft);
        await page.getByRole("textbox", { name: "Message", exact: true }).press("Enter");
        await page.waitForURL(/\/c\//);
        await page.locator("#messages .body", { hasText: draft }).waitFor();
        expect(cluster.running()).toEqual(how === "killed" ? [1] : [0, 1]);
        expect(pid).not.toBe(cluster.pid(1));
      } finally {
        await launched.close();
      }
    },
    180_000,
  );
});

/** Starts Chromium on the second computer. */
async function launch(on: SecondHost, folder: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: on.launcher(folder, CHROMIUM),
    args: [
      "--ignore-certificate-errors",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });
}
