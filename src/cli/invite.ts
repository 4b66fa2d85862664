/** `lastword invite`: makes a link by which people create accounts. */
import type { CommandDeps } from "./command-deps.ts";
import { done, type ExitCode } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { nothingChanged, runAsking } from "./operator.ts";
import type { Options } from "./options.ts";

/** Runs `lastword invite [--role R] [--room NAME,...] [--uses N] [--expires TIME] [--json]`. */
export async function runInvite(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const { role, room, uses, expires, json } = options;
  return await runAsking(options, deps, async (ask) => {
    const told = await ask("Invite", { role, rooms: room, uses, seconds: expires });
    if (told === null) return null;
    const { answer, site } = told;
    if (!answer.ok) return nothingChanged(answer.sentence, `see ${PROGRAM} help invite`);
    const link = `${site}/join/${answer.token}`;
    if (json) return done(`${JSON.stringify({ link, role, rooms: room, uses, expires: answer.expires })}\n`);
    return done(`${link}\n`);
  });
}
