import { describe, expect, test } from "bun:test";
import { failureLine } from "../../../src/host/exit.ts";
import { helpText, optionsDocument } from "../../../src/cli/option-text.ts";
import { OPTION_NAMES, OPTIONS, type Options } from "../../../src/cli/options.ts";
import { parseInvocation, variableOf, wordsOf } from "../../../src/cli/invocation.ts";

function parsed(words: string, environment: Record<string, string> = {}): Options {
  const outcome = parseInvocation(words.split(" ").filter(Boolean), environment);
  if (!outcome.ok) throw new Error(outcome.what);
  return outcome.value.options;
}

function refusal(words: string, environment: Record<string, string> = {}): string {
  const outcome = parseInvocation(words.split(" ").filter(Boolean), environment);
  if (outcome.ok) throw new Error("was accepted");
  expect(outcome.exit).toBe(2);
  return failureLine(outcome);
}

describe("options", () => {
  test("without words it is a replica with the defaults", () => {
    const outcome = parseInvocation([], {});
    expect(outcome).toMatchObject({ ok: true, value: { command: "replica", wants: "run", given: {} } });
    expect(parsed("")).toMatchObject({ "replica-id": null, front: { host: "localhost", port: 8080 }, seconds: 60 });
  });

  test("a value comes after a space or an equals sign", () => {
    expect(parsed("--replica-id 2")["replica-id"]).toBe(2);
    expect(parsed("--replica-id=2")["replica-id"]).toBe(2);
    expect(parsed("status --json").json).toBe(true);
  });

  test("a flag wins over the environment, which wins over the default", () => {
    expect(parsed("", { LASTWORD_FRONT: "off" }).front).toBe("off");
    expect(parsed("--front 9000", { LASTWORD_FRONT: "off" }).front).toEqual({ host: "127.0.0.1", port: 9000 });
    expect(parsed("", { LASTWORD_FRONT: "" }).front).toEqual({ host: "localhost", port: 8080 });
  });

  test("a variable of another command's option is ignored", () => {
    expect(parsed("status", { LASTWORD_GRPC: "nonsense" }).grpc).toBeNull();
  });

  test("peers come in order of their ids", () => {
    expect(parsed("--peers 1=b:2,0=[::1]:1").peers).toEqual([
      { id: 0, host: "::1", port: 1 },
      { id: 1, host: "b", port: 2 },
    ]);
  });

  test.each([
    ["--dta x", "lastword: unknown option --dta; did you mean --data?\n"],
    ["--frobnicate", "lastword: unknown option --frobnicate; see lastword --help, of version 0.0.0-dev\n"],
    ["start", 'lastword: unknown command "start"; did you mean lastword up?\n'],
    ["satus", 'lastword: unknown command "satus"; did you mean lastword status?\n'],
    ["stat", 'lastword: unknown command "stat"; did you mean lastword status?\n'],
    ["backup", 'lastword: unknown command "backup"; see lastword --help, of version 0.0.0-dev\n'],
    ["--version=1", "lastword: --version takes no value; give --version alone\n"],
    ["status now", 'lastword: "now" is not an option; options start with --, see lastword --help\n'],
    ["-x", 'lastword: "-x" is not an option; see lastword --help\n'],
    ["--data", "lastword: --data lacks its value; give --data FOLDER\n"],
    ["--data a --data b", "lastword: --data is given twice; give it once\n"],
    ["--seed 3", "lastword: --seed does not belong to a replica; it is an option of lastword chaos\n"],
    [
      "--replica-id 7",
      'lastword: --replica-id must be a whole number from 0 to 6, not "7"; change it or leave it out (first free)\n',
    ],
    ["--consistency eventual", /--consistency must be available or strict, not "eventual"/],
    ["--front 70000", /--front must be HOST:PORT with a port from 0 to 65535/],
    ["--bootstrap=maybe", /--bootstrap must be true or false/],
    ["--peers 0=a:1,0=b:2", /different ids/],
    ["--peers 0=a:1,1=a:1", /different addresses/],
    ["--peers 0=a", /must be a list/],
    ["--peers 7=a:1", /must be a list/],
    ["--streams-per-user 10001", /--streams-per-user must be a whole number from 1 to 10000, not "10001"/],
  ])("%s is refused in one line", (words, expected) => {
    const line = refusal(words);
    expect(line).toMatch(expected);
    expect(line.trimEnd()).not.toContain("\n");
  });

  test("a bad variable is named", () => {
    expect(refusal("", { LASTWORD_LOG_LEVEL: "loud" })).toMatch(/^lastword: LASTWORD_LOG_LEVEL must be debug or /);
  });

  test("help and version win over bad values, not over unknown options", () => {
    expect(parseInvocation(["--help", "--seed"], {}).ok).toBe(false);
    expect(parseInvocation(["--version"], { LASTWORD_WEB: "x" })).toMatchObject({ value: { wants: "version" } });
    expect(parseInvocation(["up", "-h"], {})).toMatchObject({ value: { wants: "help", command: "up" } });
    expect(parseInvocation(["help", "up"], {})).toMatchObject({ value: { wants: "help", command: "up" } });
    expect(parseInvocation(["version"], {})).toMatchObject({ value: { wants: "version" } });
  });

  test("what was given can be given to a child process", () => {
    const outcome = parseInvocation(["up", "--allow-plaintext", "--data", "/a b", "--no-restart"], {});
    if (!outcome.ok) throw new Error(outcome.what);
    expect(wordsOf(outcome.value.given, "replica")).toEqual(["--data=/a b", "--allow-plaintext=true"]);
  });

  test("every option is in the help of its commands", () => {
    for (const name of OPTION_NAMES) {
      for (const command of OPTIONS[name].commands) expect(helpText(command)).toContain(`--${name}`);
    }
    expect(variableOf("allow-plaintext")).toBe("LASTWORD_ALLOW_PLAINTEXT");
  });

  test("docs/options.md is current: bun tests/support/write-docs.ts", async () => {
    const file = new URL("../../../docs/options.md", import.meta.url).pathname;
    expect(await Bun.file(file).text()).toBe(optionsDocument());
  });
});
