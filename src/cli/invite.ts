/** `lastword invite`: makes a link by which people create accounts. */
import type { CommandDeps } from "./command-deps.ts";
import { done, type ExitCode } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { InviteQuestion } from "../ops/control.ts";
import { askerOf, nothingChanged, runAsking } from "./operator.ts";
import type { Options } from "./options.ts";

/** Asks for the link of the first account, which gives the role of the owner and has no terms. */
const OWNER_QUESTION: InviteQuestion = { role: "owner", rooms: [], uses: 1, seconds: 1 };

/** The link of the first account; null if somebody has one, or if no replica answers. */
export async function ownerLink(options: Options, deps: CommandDeps): Promise<string | null> {
  const asking = askerOf(options, deps);
  const told = asking.ok ? await asking.value("Invite", OWNER_QUESTION) : null;
  return told?.answer.ok === true ? linkOf(told.site, told.answer.token) : null;
}

function linkOf(site: string, token: string): string {
  return `${site}/join/${token}`;
}

/** Runs `lastword invite [--owner | --role R --room NAME,... --uses N --expires TIME] [--json]`. */
export async function runInvite(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const { owner, json } = options;
  const { role, room: rooms, uses, expires: seconds } = options;
  const question: InviteQuestion = owner ? OWNER_QUESTION : { role, rooms, uses, seconds };
  return await runAsking(options, deps, async (ask) => {
    const told = await ask("Invite", question);
    if (told === null) return null;
    const { answer, site } = told;
    if (!answer.ok) return nothingChanged(answer.sentence, `see ${PROGRAM} help invite`);
    const link = linkOf(site, answer.token);
    const terms = { role: question.role, rooms: question.rooms, uses: question.uses, expires: answer.expires };
    if (json) return done(`${JSON.stringify({ link, ...terms })}\n`);
    return done(`${link}\n`);
  });
}
