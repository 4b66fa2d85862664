/** Writes docs/options.md, which is generated from the sources. */
import { optionsDocument } from "../../src/cli/option-text.ts";

await Bun.write(new URL("../../docs/options.md", import.meta.url).pathname, optionsDocument());
