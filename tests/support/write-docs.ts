/** Writes the documents that are made from the sources: docs/options.md. */
import { optionsDocument } from "../../src/cli/option-text.ts";

await Bun.write(new URL("../../docs/options.md", import.meta.url).pathname, optionsDocument());
