/**
 * Markdown as people write it in a chat. Messages are stored as they were written; this is how a replica shows them, so
 * it may change between versions. Only this file knows the parser.
 *
 * The parser gives tokens, and the functions below are the only ones that make HTML of them: a token that they do not
 * know is not shown, and what a person wrote only gets into a text, a class of a fixed list, or an address of links.ts.
 *
 * Departures from CommonMark: no HTML, entities, images, reference links, indented code, or headings by underlining. A
 * line break is one, and the spaces after it stay. A backslash is shown unless it precedes one of our marks.
 */
import openMarkdown, { type MarkdownIt, type StateBlock, type StateInline, type Token } from "markdown-it";
import { BoundedCache } from "../../base/bounded-cache.ts";
import { colouredCode } from "./code-colours.ts";
import { linkAt, linkParts, targetOf, type Part } from "./links.ts";

/** Quotes and lists within each other; deeper ones are shown as they were written. A list counts twice. */
const BLOCKS_DEEP_MAX = 16;
/** Bold, italic and crossed out within each other; browsers show no more than 512 levels. */
const INLINE_DEEP_MAX = 16;
/** Square brackets, and cells of tables. The parser's time grows with the square of the former; rows repeat the latter. */
const BRACKETS_MAX = 256;
const CELLS_MAX = 2_000;
/** The most UTF-16 units of HTML that a text may become. */
const HTML_MAX = 65_536;
/** Rendered texts are kept, because each reader of a page needs them. At most 16 MB if all of them are as long as can be. */
const KEPT_MAX = 256;
/** Shorter texts without code take less time than a look-up is worth. */
const KEPT_FROM = 200;

/**
 * A line of words, as most messages are: it begins with a letter, and has neither a mark nor a scheme. The parser, which
 * takes eight times as long, would give it back as it is.
 */
const WORDS = /^\p{L}(?:[\p{L}\p{M}\p{N} ,.?!'"();/-]|:(?= ))*(?<! )$/u;
/** What follows a backslash that is not shown. */
const ESCAPABLE = /[*_~`[\]<>#|+-]/;
/** A shrug, the one picture whose arm is a backslash. */
const SHRUG = "\\_(ツ)_/";
const LETTER = /[a-z0-9]/i;
const SCHEME_BEFORE = /(?<![a-z0-9])(?:https?|mailto)$/i;
/** The longest scheme and the character before it. */
const SCHEME_UNITS = 7;
const LANGUAGE = /^[a-z0-9+#.-]{1,20}$/i;
/** A text that is an address, or pretends to be. */
const ADDRESS_LIKE = /^\s*(?:[a-z][a-z0-9+.-]*:|[^\s/?#]+\.[^\s/?#.])/iu;

// ---------------------------------------------------------------- the parser

function escape(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== "\\") return false;
  const isShrug = src.startsWith(SHRUG, pos);
  const isEscape = !isShrug && ESCAPABLE.test(src[pos + 1] ?? "");
  const shown = isShrug ? SHRUG : isEscape ? src[pos + 1]! : "\\";
  if (!silent) state.push("text_special", "", 0).content = shown;
  state.pos += isEscape ? 2 : shown.length;
  return true;
}

/** One asterisk between letters or digits multiplies; 2*3*4 has nothing in italics. */
function asterisk(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== "*" || !LETTER.test(src[pos - 1] ?? "") || !LETTER.test(src[pos + 1] ?? "")) return false;
  if (!silent) state.pending += "*";
  state.pos += 1;
  return true;
}

function newline(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "\n") return false;
  if (!silent) state.push("softbreak", "br", 0);
  state.pos += 1;
  return true;
}

/** An address as people paste it. The parser comes here at its colon, with the scheme among the pending text. */
function address(state: StateInline, silent: boolean): boolean {
  const { src, pos, env } = state;
  if (silent || state.linkLevel > 0 || src[pos] !== ":") return false;
  const scheme = SCHEME_BEFORE.exec(state.pending.slice(-SCHEME_UNITS))?.[0];
  if (scheme === undefined) return false;
  const start = pos - scheme.length;
  // Addresses within one that is none are not read again, or a text of nothing else would take seconds.
  if (env["noneIn"] === src && start < Number(env["noneUpTo"])) return false;
  const { link, end } = linkAt(src, start);
  if (link === null) {
    env["noneIn"] = src;
    env["noneUpTo"] = end;
    return false;
  }
  state.pending = state.pending.slice(0, -scheme.length);
  state.push("address", "", 0).meta = { link };
  state.pos = end;
  return true;
}

/** What address() found. */
function linkOf({ meta }: Token): Part {
  return meta?.["link"] as Part;
}

/** The parser would drop what is nested too deeply. */
function tooDeep(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (silent || state.level < BLOCKS_DEEP_MAX) return false;
  state.push("paragraph_open", "p", 1);
  const token = state.push("inline", "", 0);
  token.content = state.getLines(start, end, state.blkIndent, false).trim();
  token.children = [];
  state.push("paragraph_close", "p", -1);
  state.line = end;
  return true;
}

function openParser(without: readonly string[]): MarkdownIt {
  const parser = openMarkdown({ html: false, linkify: false, typographer: false });
  parser.disable(["code", "lheading", "reference", "html_block", "html_inline", "entity", "linkify", ...without]);
  parser.block.ruler.before("table", "too_deep", tooDeep);
  parser.inline.ruler.at("escape", escape);
  parser.inline.ruler.at("newline", newline);
  parser.inline.ruler.before("emphasis", "asterisk", asterisk);
  parser.inline.ruler.before("linkify", "address", address);
  // A link that a message may not open is shown as it was written.
  parser.validateLink = (href) => targetOf(href) !== null;
  return parser;
}

/** Opened with the first message, because a command has none. `cautious` is for texts that were made to take long. */
const parsers: { whole?: MarkdownIt; cautious?: MarkdownIt } = {};

/** The most cells that a table in the text can have: each line has as many as the widest line of dashes. */
function cellsIn(body: string): number {
  const lines = body.split("\n");
  const columns = lines.map((line) => (/^[\s>:|-]+$/.test(line) ? line.split("|").length : 1));
  const widest = Math.max(...columns);
  return widest === 1 ? 0 : widest * lines.length;
}

function parse(body: string): Token[] {
  const isPlain = body.split("[").length <= BRACKETS_MAX && cellsIn(body) <= CELLS_MAX;
  const parser = isPlain
    ? (parsers.whole ??= openParser([]))
    : (parsers.cautious ??= openParser(["table", "link", "image"]));
  return parser.parse(body, {});
}

// ---------------------------------------------------------------- HTML

function addressHtml({ text, href = "", realHost }: Part): string {
  const link = `<a href="${Bun.escapeHTML(href)}" dir="ltr"${LINK}>${Bun.escapeHTML(text)}</a>`;
  return realHost === undefined
    ? link
    : `${link}<span class="real-host" dir="ltr"> (opens ${Bun.escapeHTML(realHost)})</span>`;
}

const LINK = ' target="_blank" rel="noopener noreferrer nofollow"';

/** How a text between marks becomes HTML. */
type TextHtml = (text: string) => string;

const escaped: TextHtml = (text) => Bun.escapeHTML(text);

/** A text as HTML, without any mark but its addresses. */
function plainHtml(text: string, textHtml: TextHtml): string {
  return linkParts(text)
    .map((part) => (part.href === undefined ? textHtml(part.text) : addressHtml(part)))
    .join("");
}

/** Where a link leads, unless its text says so. */
function targetHtml(href: string, text: string): string {
  const target = targetOf(href) ?? "";
  const shown = text.trim().toLowerCase();
  const host = shown.replace(/^(?:https?:\/\/|mailto:)/, "").replace(/[/?#].*$/s, "");
  if (host === target.toLowerCase() || shown === href.toLowerCase()) return "";
  const name = Bun.escapeHTML(target);
  return ADDRESS_LIKE.test(text)
    ? `<span class="real-host" dir="ltr"> (opens ${name})</span>`
    : `<span class="host" dir="ltr"> (${name})</span>`;
}

/** The text of the tokens up to the end of a link. */
function textUpTo(tokens: readonly Token[], from: number): string {
  let text = "";
  for (let at = from; at < tokens.length && tokens[at]!.type !== "link_close"; at++) text += tokens[at]!.content;
  return text;
}

const MARKS: Readonly<Record<string, string>> = { strong: "strong", em: "em", s: "s" };

/** One paragraph's tokens as HTML. */
class InlineHtml {
  readonly #textHtml: TextHtml;
  #html = "";
  #depth = 0;
  #after = "";
  #isInLink = false;

  constructor(textHtml: TextHtml) {
    this.#textHtml = textHtml;
  }

  render(tokens: readonly Token[]): string {
    for (const [at, token] of tokens.entries()) this.#add(token, tokens, at);
    return this.#html;
  }

  #add(token: Token, tokens: readonly Token[], at: number): void {
    const { type, content } = token;
    // There is no link in a link.
    if (type === "text") this.#html += this.#isInLink ? Bun.escapeHTML(content) : this.#textHtml(content);
    else if (type === "softbreak") this.#html += "\n";
    else if (type === "code_inline") this.#html += `<code dir="ltr">${Bun.escapeHTML(content)}</code>`;
    else if (type === "address") this.#html += addressHtml(linkOf(token));
    else if (type === "link_open") this.#open(String(token.attrGet("href") ?? ""), textUpTo(tokens, at + 1));
    else if (type === "link_close") this.#close();
    else if (type === "image") this.#image(token);
    else this.#mark(token);
  }

  #close(): void {
    this.#html += `</a>${this.#after}`;
    this.#isInLink = false;
  }

  #open(href: string, text: string): void {
    this.#after = targetHtml(href, text);
    this.#isInLink = true;
    this.#html += `<a href="${Bun.escapeHTML(href)}" dir="auto"${LINK}>`;
  }

  /** A picture from elsewhere would tell its reader's address, so it is a link. */
  #image(token: Token): void {
    const href = String(token.attrGet("src") ?? "");
    const text = token.content === "" ? href : token.content;
    this.#open(href, text);
    this.#html += Bun.escapeHTML(text);
    this.#close();
  }

  #mark({ tag, nesting }: Token): void {
    const mark = MARKS[tag];
    if (mark === undefined) return;
    if (nesting < 0) this.#depth--;
    if (this.#depth < INLINE_DEEP_MAX) this.#html += nesting < 0 ? `</${mark}>` : `<${mark}>`;
    if (nesting > 0) this.#depth++;
  }
}

/** A block of code. It can be scrolled, so the keyboard has to reach it. */
function codeHtml({ info, content }: Token): string {
  const language = LANGUAGE.exec(info.trim().split(/\s/)[0] ?? "")?.[0] ?? "";
  const code = content.replace(/\n$/, "");
  const coloured = language === "" ? null : colouredCode(code, language.toLowerCase());
  const html = coloured === null || coloured.length > HTML_MAX / 2 ? Bun.escapeHTML(code) : coloured;
  const name = language === "" ? "" : ` data-language="${Bun.escapeHTML(language)}"`;
  return `<div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label="Code"${name}><code>${html}</code></pre></div>`;
}

/** The column's side, for th and td. */
function cellHtml(token: Token): string {
  const side = /text-align:(center|right)/.exec(String(token.attrGet("style") ?? ""))?.[1];
  return side === undefined ? `<${token.tag} dir="auto">` : `<${token.tag} dir="auto" class="${side}">`;
}

function listHtml(token: Token): string {
  const start = Number(token.attrGet("start") ?? 1);
  return start === 1 ? "<ol>" : `<ol start="${start}">`;
}

/** Tags without anything of the person's in them. */
const TAGS = new Set(["blockquote", "ul", "ol", "li", "thead", "tbody", "tr", "th", "td"]);

function blockHtml(token: Token, textHtml: TextHtml): string {
  const { type, tag, nesting } = token;
  if (type === "fence") return codeHtml(token);
  if (type === "hr") return "<hr>";
  if (type === "inline") return new InlineHtml(textHtml).render(token.children ?? []);
  if (type === "table_open") return '<div class="table" tabindex="0" role="group" aria-label="Table"><table>';
  if (type === "table_close") return "</table></div>";
  if (type === "heading_open") return "<p><strong>";
  if (type === "heading_close") return "</strong></p>";
  if (type === "paragraph_open" || type === "paragraph_close")
    return token.hidden ? "" : nesting > 0 ? '<p dir="auto">' : "</p>";
  if (!TAGS.has(tag)) return "";
  if (nesting < 0) return `</${tag}>`;
  if (tag === "th" || tag === "td") return cellHtml(token);
  return tag === "ol" ? listHtml(token) : `<${tag}>`;
}

/** True if there is something to see: a lone ">" is a quote of nothing. */
function isVisible(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ type, content, meta, children }) =>
      type === "hr" ||
      type === "image" ||
      meta !== null ||
      (type === "inline" ? isVisible(children ?? []) : content.trim() !== ""),
  );
}

function render(body: string, textHtml: TextHtml = escaped): string {
  if (WORDS.test(body)) return textHtml(body);
  const tokens = parse(body);
  if (!isVisible(tokens)) return plainHtml(body, textHtml);
  // One paragraph alone needs no element.
  const [first, inline, last] = tokens;
  if (tokens.length === 3 && first!.type === "paragraph_open" && last!.type === "paragraph_close")
    return blockHtml(inline!, textHtml);
  let html = "";
  for (const token of tokens) {
    html += blockHtml(token, textHtml);
    if (html.length > HTML_MAX) return plainHtml(body, textHtml);
  }
  return html;
}

const kept = new BoundedCache<string>(KEPT_MAX);

/**
 * A message's text as HTML that may be put into a page as it is. `textHtml` escapes the texts between its marks, and may
 * add to them; null: nothing is added.
 */
export function markdownHtml(body: string, textHtml: TextHtml | null = null): string {
  if (textHtml !== null) return render(body, textHtml);
  if (body.length < KEPT_FROM && !body.includes("```")) return render(body);
  const known = kept.get(body);
  if (known !== undefined) return known;
  const html = render(body);
  kept.set(body, html);
  return html;
}

/** UTF-16 units that are read: a list has some hundred messages, and each may be long. */
const WORDS_FROM = 1_000;
/** The lists of many people show the same newest messages again and again. Some 2 KB each at most. */
const WORDS_KEPT_MAX = 2_048;
const keptWords = new BoundedCache<string>(WORDS_KEPT_MAX);

/** The beginning of a message's text, in one line and without marks, for a list or a notice. */
export function markdownWords(body: string): string {
  const beginning = body.slice(0, WORDS_FROM);
  const known = keptWords.get(beginning);
  if (known !== undefined) return known;
  const words = wordsOf(beginning);
  keptWords.set(beginning, words);
  return words;
}

function wordsOf(body: string): string {
  if (WORDS.test(body)) return body.replaceAll(/ +/g, " ");
  const words: string[] = [];
  const take = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      const { type, content, children } = token;
      if (type === "inline") take(children ?? []);
      else if (type === "softbreak") words.push(" ");
      else words.push(type === "address" ? linkOf(token).text : content);
      if (type === "inline" || type === "fence") words.push(" ");
    }
  };
  take(parse(body));
  const text = words.join("").replaceAll(/\s+/g, " ").trim();
  return text === "" ? body.replaceAll(/\s+/g, " ") : text;
}
