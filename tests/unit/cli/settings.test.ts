import { describe, expect, test } from "bun:test";
import { parseInvocation, type Invocation } from "../../../src/cli/invocation.ts";
import { listenAddresses, settingsOf } from "../../../src/cli/settings.ts";
import { childWords } from "../../../src/cli/up.ts";

function invocation(words: string): Invocation {
  const outcome = parseInvocation(words.split(" ").filter(Boolean), {});
  if (!outcome.ok) throw new Error(outcome.what);
  return outcome.value;
}

function settings(words: string) {
  return settingsOf(invocation(words).options, {});
}

describe("settings", () => {
  test("the three of this host by default", () => {
    const checked = settings("");
    if (!checked.ok) throw new Error(checked.what);
    expect(checked.value.loopback).toBe(true);
    expect(listenAddresses(checked.value, 2)).toEqual({
      grpc: { host: "127.0.0.1", port: 50053 },
      web: { host: "localhost", port: 8083 },
    });
  });

  test.each([
    ["", "open"],
    ["--web 127.0.0.2:0 --front 0", "open"],
    ["--web 0.0.0.0:8081 --allow-plaintext", "invite"],
    ["--front 192.168.0.1:80 --allow-plaintext", "invite"],
    ["--behind-proxy", "invite"],
    ["--peers 0=10.0.0.1:1 --replica-id 0 --allow-plaintext", "invite"],
    ["--behind-proxy --registration open", "open"],
    ["--registration closed", "closed"],
  ])("%s: who may register", (words, registration) => {
    expect(settings(words)).toMatchObject({ value: { registration } });
  });

  test("a configured replica listens where its peers look for it", () => {
    const checked = settings("--peers 4=127.0.0.1:9,5=127.0.0.1:10 --replica-id 5");
    if (!checked.ok) throw new Error(checked.what);
    expect(listenAddresses(checked.value, 5).grpc).toEqual({ host: "127.0.0.1", port: 10 });
  });

  test.each([
    ["--replica-id 3", "--replica-id 3 is not configured"],
    ["--grpc 127.0.0.1:7000", "--grpc needs --peers"],
    ["--peers 0=a:1,1=b:2 --allow-plaintext", "--peers on several hosts needs --replica-id"],
    ["--peers 0=10.0.0.1:1 --replica-id 0", "gRPC is not encrypted and 10.0.0.1:1 is not on this host's loopback"],
    ["--web 0.0.0.0:8081", "the page at 0.0.0.0:8081 can be reached from other hosts without encryption"],
    ["--front 192.168.0.1:80", "the page at 192.168.0.1:80 can be reached from other hosts without encryption"],
    ["--web 8080", "the page at 127.0.0.1:8080 and --front localhost:8080 cannot have the same address"],
    ["--web a:9 --front a:9 --allow-plaintext", "the page at a:9 and --front a:9 cannot have the same address"],
    ["--web 0.0.0.0:8080 --behind-proxy", /^the page at 0\.0\.0\.0:8080 and --front localhost:8080 cannot/],
    ["--tls-cert /etc/hostname", "--tls-cert is given alone"],
    ["--tls-key /etc/hostname", "--tls-key is given alone"],
    ["--tls-cert /nowhere --tls-key /etc/hostname", "/nowhere does not exist"],
  ])("%s is refused", (words, what) => {
    expect(settings(words)).toMatchObject({ ok: false, exit: 2, what: expect.stringMatching(what) });
  });

  test.each([
    "--web 0.0.0.0:8081 --behind-proxy",
    "--web 0.0.0.0:8081 --allow-plaintext",
    "--web 127.0.0.2:0",
    "--web 8080 --front off",
    "--web 127.0.0.2:8080",
    "--web 0 --front 0",
  ])("%s is taken", (words) => expect(settings(words).ok).toBe(true));
});

describe("the children of up", () => {
  const words = (given: string): string[][] => {
    const children = childWords(invocation(`up ${given}`));
    if (!children.ok) throw new Error(children.what);
    return children.value.map((child) => child.words);
  };

  test("get an id and a page each", () => {
    expect(words("")).toEqual([
      ["--replica-id=0", "--web=localhost:8081", "--log-level=warn"],
      ["--replica-id=1", "--web=localhost:8082", "--log-level=warn"],
      ["--replica-id=2", "--web=localhost:8083", "--log-level=warn"],
    ]);
  });

  test("take the ports after the first one's, and know each other", () => {
    const all = words("--grpc 127.0.0.1:700 --web 127.0.0.1:0 --front off --data /d --no-restart");
    expect(all[2]).toEqual([
      "--replica-id=2",
      "--web=127.0.0.1:0",
      "--data=/d",
      "--front=off",
      "--log-level=warn",
      "--peers=0=127.0.0.1:700,1=127.0.0.1:701,2=127.0.0.1:702",
      "--bootstrap",
    ]);
  });

  test("are on this host", () => {
    expect(childWords(invocation("up --peers 0=10.1.1.1:1"))).toMatchObject({ ok: false, exit: 2 });
    expect(childWords(invocation("up --grpc 127.0.0.1:65535"))).toMatchObject({ ok: false, exit: 2 });
  });

  test("have no page at the address that they share", () => {
    expect(childWords(invocation("up --web localhost:8079"))).toMatchObject({
      exit: 2,
      what: "the page at localhost:8080 and --front localhost:8080 cannot have the same address",
    });
  });
});
