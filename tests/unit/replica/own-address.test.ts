/** A replica whose own name means loopback is refused if others are on other hosts. */
import { expect, test } from "bun:test";
import { checkOwnNames, type Resolve } from "../../../src/replica/own-address.ts";
import { parseInvocation } from "../../../src/cli/invocation.ts";
import { settingsOf, type Settings } from "../../../src/cli/settings.ts";

/** As Debian and Ubuntu write /etc/hosts. */
const resolve: Resolve = async (host) =>
  ({ a: ["127.0.1.1"], "a.example": ["127.0.1.1"], b: ["192.0.2.2"], both: ["127.0.1.1", "192.0.2.1"] })[host] ?? [];

function settings(words: readonly string[]): Settings {
  const invocation = parseInvocation(["--replica-id=0", "--allow-plaintext", ...words], {});
  if (!invocation.ok) throw new Error(invocation.what);
  const made = settingsOf(invocation.value.options, { HOME: "/nowhere" });
  if (!made.ok) throw new Error(made.what);
  return made.value;
}

const check = (grpc: string, peers: string) =>
  checkOwnNames(settings([`--grpc=${grpc}`, `--peers=${peers}`]), 0, resolve);

const reached = { ok: true, value: null } as const;

test("refused with the name and what it means here, before anything is bound", async () => {
  for (const peers of ["0=a:1,1=b:1", "0=a:1,1=not-known-yet:1", "0=a:1,1=192.0.2.2:1"])
    expect(await check("a:1", peers)).toMatchObject({
      exit: 2,
      what: "the name a is 127.0.1.1 on this host, where no other host reaches it",
      todo: expect.stringContaining("--grpc"),
    });
});

test("not where it works: others here or through tunnels, other addresses too, numbers that somebody chose", async () => {
  expect(await check("a:1", "0=a:1,1=a:2")).toEqual(reached);
  expect(await check("a:1", "0=a:1,1=a.example:2")).toEqual(reached);
  expect(await check("a:1", "0=a:1,1=127.0.0.1:2")).toEqual(reached);
  expect(await check("both:1", "0=both:1,1=b:1")).toEqual(reached);
  expect(await check("192.0.2.1:1", "0=a:1,1=b:1")).toEqual(reached);
  expect(await check("127.0.0.1:1", "0=a:1,1=b:1")).toEqual(reached);
  expect(await check("0.0.0.0:1", "0=a:1,1=b:1")).toEqual(reached);
});

test("a page that nobody else reaches is said", async () => {
  const hidden = (web: string) => checkOwnNames(settings([`--web=${web}`]), 0, resolve);
  expect(await hidden("a:8081")).toEqual({
    ok: true,
    value:
      "only this computer reaches the page at a:8081, because the name is 127.0.1.1 here; give --web an address of this host, or correct /etc/hosts",
  });
  for (const web of ["both:8081", "b:8081", "localhost:8081", "127.0.1.1:8081", "not-known-yet:8081"])
    expect([web, await hidden(web)]).toEqual([web, reached]);
});
