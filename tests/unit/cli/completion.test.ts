/** The completions are tried in real shells: what each one offers for the words that a person has typed so far. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completionScript } from "../../../src/cli/completion.ts";
import { COMMANDS, SHELLS } from "../../../src/cli/commands.ts";
import { OPTION_NAMES, OPTIONS } from "../../../src/cli/options.ts";

const folder = mkdtempSync(join(tmpdir(), "lastword-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "key file"), "");

function script(shell: string): string {
  const made = completionScript([shell]);
  if (!made.ok) throw new Error(made.what);
  const path = join(folder, shell);
  writeFileSync(path, made.value);
  return path;
}

function output(words: readonly string[]): string {
  const ran = Bun.spawnSync([...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TERM: "dumb" },
  });
  expect([ran.exitCode, ran.stderr.toString()]).toEqual([0, ""]);
  return ran.stdout.toString();
}

/** What bash offers for the last of these words. */
function bash(...words: readonly string[]): string[] {
  const typed = words.map((word) => `'${word}'`).join(" ");
  const ask = `. ./bash; COMP_WORDS=(lastword ${typed}); COMP_CWORD=${words.length}; _lastword; printf '%s\\n' "\${COMPREPLY[@]}"`;
  script("bash");
  return output(["bash", "--norc", "-c", ask]).split("\n").filter(Boolean);
}

/** What fish offers at the end of a line. */
function fish(line: string): string[] {
  const ask = `source ./fish; complete -C '${line}'`;
  script("fish");
  return output(["fish", "--no-config", "-c", ask])
    .split("\n")
    .filter(Boolean)
    .map((row) => row.split("\t")[0]!);
}

/** The line that zsh makes of a line when Tab is pressed at its end. */
async function zsh(line: string): Promise<string> {
  script("zsh");
  let seen = "";
  let more = (): void => {};
  const shell = Bun.spawn(["zsh", "-f", "-i"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TERM: "dumb" },
    terminal: {
      cols: 200,
      rows: 50,
      data: (_terminal, bytes) => {
        seen += Buffer.from(bytes).toString();
        more();
      },
    },
  });
  const until = async (what: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = what.exec(seen);
      if (found !== null) return found;
      await new Promise<void>((resolve) => (more = resolve));
    }
  };
  const { terminal } = shell;
  // A widget writes the line once it is completed, so that nothing has to be read off the screen.
  terminal!.write(
    "PS1='READY> '; autoload -Uz compinit && compinit -u -D; . ./zsh; done-with() { print -r -- \"<<$BUFFER>>\" }; zle -N done-with; bindkey '^X' done-with; print -r -- go''es\n",
  );
  await until(/\ngoes/);
  terminal!.write(`${line}\t\u0018`);
  const [, completed] = await until(/<<(lastword.*?)>>/);
  shell.kill("SIGKILL");
  await shell.exited;
  return completed!.trimEnd();
}

const of = (command: string): string[] =>
  OPTION_NAMES.filter((name) => (OPTIONS[name].commands as readonly string[]).includes(command)).map(
    (name) => `--${name}`,
  );

describe("in bash", () => {
  test("the first word is a command, or an option of a replica", () => {
    expect(bash("")).toEqual([...COMMANDS.filter((command) => command !== "replica"), "help", "version"]);
    expect(bash("sta")).toEqual(["status"]);
    expect(bash("--fr")).toEqual(["--front"]);
    expect(bash("help", "cha")).toEqual(["chaos"]);
  });

  test.each(COMMANDS.filter((command) => command !== "replica"))("%s has its options and no others", (command) => {
    expect(bash(command, "--")).toEqual([...of(command), "--help"]);
  });

  test("values are words or paths", () => {
    expect(bash("--consistency", "")).toEqual(["available", "strict"]);
    expect(bash("--consistency", "=", "s")).toEqual(["strict"]);
    expect(bash("up", "--front", "")).toEqual(["off"]);
    expect(bash("up", "--cluster-key", "key")).toEqual(["key file"]);
    expect(bash("--data", "x", "--rec")).toEqual(["--recovery"]);
    expect(bash("send", "--to", "")).toEqual([]);
    expect(bash("completion", "")).toEqual([...SHELLS]);
    expect(bash("user", "r")).toEqual(["role"]);
    expect(bash("nonsense", "--")).toEqual([]);
  });
});

describe.skipIf(Bun.which("fish") === null)("in fish", () => {
  test("commands, options, values", () => {
    expect(fish("lastword sta")).toEqual(["status"]);
    expect(fish("lastword --fr")).toEqual(["--front"]);
    expect(fish("lastword read --").toSorted()).toEqual([...of("read"), "--help"].toSorted());
    expect(fish("lastword --consistency ").toSorted()).toEqual(["available", "strict"]);
    expect(fish("lastword up --cluster-key key")).toEqual(["key file"]);
    expect(fish("lastword completion ").toSorted()).toEqual([...SHELLS].toSorted());
    expect(fish("lastword help cha")).toEqual(["chaos"]);
  });
});

describe.skipIf(Bun.which("zsh") === null)("in zsh", () => {
  test.each([
    ["lastword sta", "lastword status"],
    ["lastword --fr", "lastword --front="],
    ["lastword --consistency=str", "lastword --consistency=strict"],
    ["lastword up --cluster-key key", "lastword up --cluster-key key\\ file"],
    ["lastword completion fi", "lastword completion fish"],
    ["lastword help cha", "lastword help chaos"],
  ])("%s", async (typed, completed) => {
    expect(await zsh(typed)).toBe(completed);
  });
});

test("each script names every command and every option", () => {
  for (const shell of SHELLS) {
    const made = completionScript([shell]);
    if (!made.ok) throw new Error(made.what);
    for (const command of COMMANDS) if (command !== "replica") expect(made.value).toContain(command);
    for (const name of OPTION_NAMES) expect(made.value).toContain(name);
  }
});

test("another shell, or none, is refused", () => {
  for (const words of [[], ["csh"], ["bash", "zsh"]]) {
    expect(completionScript(words)).toMatchObject({
      ok: false,
      exit: 2,
      todo: expect.stringContaining("bash|zsh|fish"),
    });
  }
});
