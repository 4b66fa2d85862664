/** Parts of pages that are the same for everybody: rendering them anew would be a third of the work for some pages. */
import { raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** The part as a component without properties, rendered once. It must depend on nothing: no context, no time. */
export function fixed(render: () => unknown): () => HtmlEscapedString {
  let html: string | null = null;
  return () => raw((html ??= String(render())));
}
