/**
 * Finds the links in a message as people paste them. A closing bracket belongs to a link that contains its opening one,
 * and a Chinese sentence may follow a link without a space. A character that changes the direction of text never
 * becomes part of a link, because the link could then look like another address.
 */

/** A link, or the text between two. */
export interface Part {
  readonly text: string;
  /** The address that opens: http, https or mailto only. Absent for plain text. */
  readonly href?: string;
  /** The host that opens, if the text seems to name another one, as in https://bank.example@evil.example. */
  readonly realHost?: string;
}

/** The scheme in upper or lower case, but not within a word. */
const START = /(?<![a-z0-9])(?:https?:\/\/|mailto:)/giu;
/** The schemes of addresses that a message may open. */
const SCHEME = /^(?:https?:\/\/|mailto:[^@]+@[^@])/i;

/**
 * White space, quotes and angle brackets, control and invisible characters (marks of direction among them), the
 * backslash, which browsers read as a slash, and the punctuation of Chinese and Japanese, which no address has.
 */
const END =
  /[\s<>"`\\\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u3000-\u3003\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3b\uff3d\uff5b\uff5d\uff5f-\uff65]/u;

/** Punctuation that ends a sentence rather than an address. */
const CLOSING = /[.,;:!?'*~\u00ab\u00bb\u060c\u061b\u061f\u06d4\u0964\u0965\u2018-\u201f\u2026\u2039\u203a]/u;
const BRACKETS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/**
 * Cuts off the end of the surrounding sentence and brackets that opened before the link. In one pass, because a message
 * may be 8 KiB of brackets.
 */
function trimmed(link: string): string {
  const counts: Record<string, number> = {};
  for (const letter of link) counts[letter] = (counts[letter] ?? 0) + 1;
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1]!;
    const open = BRACKETS[last];
    const unbalanced = open !== undefined && (counts[last] ?? 0) > (counts[open] ?? 0);
    if (!unbalanced && !CLOSING.test(last)) break;
    counts[last] = (counts[last] ?? 0) - 1;
  }
  return link.slice(0, end);
}

/** What an address leads to: the host of a page, or the address of a letter. Null if a message may not open it. */
export function targetOf(href: string): string | null {
  if (!SCHEME.test(href) || !URL.canParse(href)) return null;
  const { protocol, host, pathname } = new URL(href);
  return protocol === "mailto:" ? decodedOr(pathname) : host;
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The link as a part; null if no browser can open it. */
function linkOf(text: string): Part | null {
  const host = targetOf(text);
  if (host === null) return null;
  if (/^mailto:/i.test(text)) return { text, href: text };
  const shown = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1]?.toLowerCase() ?? "";
  // `host` does not contain the default port.
  const same = shown === host || shown.replace(/:(?:80|443)?$/, "") === host;
  return { text, href: text, ...(same ? {} : { realHost: host }) };
}

/** The link that begins at `start`, where its scheme is; null if none does, and how far the text was read. */
export function linkAt(text: string, start: number): { readonly link: Part | null; readonly end: number } {
  const rest = text.slice(start);
  const length = rest.search(END);
  const candidate = length === -1 ? rest : rest.slice(0, length);
  const link = linkOf(trimmed(candidate));
  return { link, end: start + (link?.text.length ?? candidate.length) };
}

/** Splits a text into parts, which together are the text again. */
export function linkParts(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  let skipTo = 0;
  for (const found of text.matchAll(START)) {
    if (found.index < Math.max(done, skipTo)) continue;
    const { link, end } = linkAt(text, found.index);
    if (link === null) {
      // Links that would begin within it are skipped, or the same text would be read again and again.
      skipTo = end;
      continue;
    }
    if (found.index > done) parts.push({ text: text.slice(done, found.index) });
    parts.push(link);
    done = end;
  }
  if (done < text.length || parts.length === 0) parts.push({ text: text.slice(done) });
  return parts;
}
