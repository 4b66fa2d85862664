/** later */
import type { CommandDeps } from "./command-deps.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { Invocation } from "./options.ts";
/** x */
export async function runChaos(_invocation: Invocation, _deps: CommandDeps): Promise<ExitCode> {
  return EXIT.failed;
}
