/**
 * Colours code in messages, where the row is rendered: classes only, because the content policy allows no styles of an
 * element. One expression for each language finds comments, strings, numbers and words in one pass.
 *
 * A highlighter of the trade (highlight.js 11) took seconds for 8 KiB of "a a a" that said it was C# or Java, and a
 * replica that does nothing for a second counts as paused. So no alternative here reads a character twice: each one that
 * has begun ends somewhere, at the latest at the end of the text, and none has a choice of where.
 */

/** The classes of styles/code.css. */
type Colour = "k" | "s" | "c" | "n" | "f" | "t" | "a" | "i" | "d";

interface Language {
  readonly names: string;
  readonly keywords?: string;
  /** What begins a comment that ends with its line. */
  readonly line?: string;
  readonly block?: readonly [string, string];
  /** Alternatives for strings. */
  readonly strings?: readonly string[];
  /** Alternatives with a class of their own, tried first. */
  readonly more?: readonly (readonly [Colour, string])[];
  /** What follows a word, or a string, that is the name of a value. */
  readonly key?: string;
  /** True if words in any case are keywords. */
  readonly anyCase?: true;
  /** True if words with a capital letter are types, and those before "(" functions. */
  readonly typed?: true;
  /** What a word is made of. */
  readonly word?: string;
}

const DOUBLE = String.raw`"(?:[^"\\\n]|\\[^])*"?`;
const SINGLE = String.raw`'(?:[^'\\\n]|\\[^])*'?`;
const BACKTICK = "`(?:[^`\\\\]|\\\\[^])*`?";
/** A character, and not the lifetime of Rust or the digits of C++. */
const CHARACTER = String.raw`'(?:[^'\\\n]|\\[^'\n]{1,10}|\\')'`;
const TRIPLE = [`"""[^]*?(?:"""|$)`, `'''[^]*?(?:'''|$)`];
/** Quotes within which a quote is doubled. */
const DOUBLED = [`'(?:[^']|'')*'?`, `"(?:[^"]|"")*"?`];
const HASH = String.raw`(?<![^\s;(])#`;
const SLASHES = { line: "//", block: ["/*", "*/"] } as const;
const VARIABLE: readonly [Colour, string] = ["a", String.raw`\$(?:\{\w+\}?|\w+|[?@#*!$])`];
const ANNOTATION: readonly [Colour, string] = ["a", String.raw`@[A-Za-z_]\w*`];
const DIRECTIVE: readonly [Colour, string] = ["a", String.raw`(?<![^\n])[ \t]*#[ \t]*\w+`];

const C_WORDS =
  "auto break case char const continue default do double else enum extern float for goto if inline int long register return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false NULL";
const JS_WORDS =
  "as async await break case catch class const continue debugger default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while with yield";
const JAVA_WORDS =
  "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for if implements import instanceof int interface long native new null package private protected public record return short static super switch synchronized this throw throws transient true try var void volatile while yield";

const LANGUAGES: readonly Language[] = [
  {
    names: "js javascript jsx mjs cjs node",
    keywords: JS_WORDS,
    ...SLASHES,
    strings: [DOUBLE, SINGLE, BACKTICK],
    typed: true,
  },
  {
    names: "ts typescript tsx mts cts",
    keywords: `${JS_WORDS} abstract any boolean declare enum implements infer interface is keyof namespace never number object private protected public readonly satisfies string symbol type unknown`,
    ...SLASHES,
    strings: [DOUBLE, SINGLE, BACKTICK],
    more: [ANNOTATION],
    typed: true,
  },
  { names: "c h", keywords: C_WORDS, ...SLASHES, strings: [DOUBLE, CHARACTER], more: [DIRECTIVE], typed: true },
  {
    names: "cpp c++ cc cxx hpp",
    keywords: `${C_WORDS} alignas catch class co_await co_return co_yield concept consteval constexpr decltype delete explicit final friend mutable namespace new noexcept nullptr operator override private protected public requires static_assert template this throw try typename using virtual`,
    ...SLASHES,
    strings: [DOUBLE, CHARACTER],
    more: [DIRECTIVE],
    typed: true,
  },
  {
    names: "cs csharp c#",
    keywords: `${JAVA_WORDS} as async await base bool checked decimal delegate event explicit extern fixed foreach get goto implicit in internal is lock namespace object operator out override params readonly ref sbyte sealed set sizeof string struct uint ulong unsafe ushort using virtual where`,
    ...SLASHES,
    strings: [`@"(?:[^"]|"")*"?`, DOUBLE, CHARACTER],
    typed: true,
  },
  {
    names: "java",
    keywords: JAVA_WORDS,
    ...SLASHES,
    strings: [TRIPLE[0]!, DOUBLE, CHARACTER],
    more: [ANNOTATION],
    typed: true,
  },
  {
    names: "kotlin kt kts",
    keywords:
      "as break by class companion const constructor continue data do else enum false final finally for fun get if import in init inline interface internal is it lateinit null object open operator out override package private protected public return sealed set super suspend this throw true try typealias val var vararg when where while",
    ...SLASHES,
    strings: [TRIPLE[0]!, DOUBLE, CHARACTER],
    more: [ANNOTATION],
    typed: true,
  },
  {
    names: "go golang",
    keywords:
      "any bool break byte case chan const continue default defer else error fallthrough false float32 float64 for func go goto if import int int32 int64 interface iota map nil package range return rune select string struct switch true type uint uint32 uint64 uint8 var",
    ...SLASHES,
    strings: [DOUBLE, CHARACTER, "`[^`]*`?"],
    typed: true,
  },
  {
    names: "rust rs",
    keywords:
      "as async await bool break char const continue crate dyn else enum extern f32 f64 false fn for i16 i32 i64 i8 if impl in isize let loop match mod move mut pub ref return self Self static str struct super trait true type u16 u32 u64 u8 union unsafe use usize where while",
    ...SLASHES,
    strings: [DOUBLE, CHARACTER],
    more: [["a", String.raw`#!?\[[^\]\n]*\]?`]],
    typed: true,
  },
  {
    names: "swift",
    keywords:
      "actor as async await break case catch class continue default defer deinit do else enum extension false fileprivate final for func guard if import in init inout internal is lazy let mutating nil open override private protocol public repeat rethrows return self Self some static struct subscript super switch throw throws true try typealias var weak where while",
    ...SLASHES,
    strings: [TRIPLE[0]!, DOUBLE],
    more: [ANNOTATION],
    typed: true,
  },
  {
    names: "scala",
    keywords:
      "abstract case catch class def do else enum extends extension false final finally for given if implicit import lazy match new null object override package private protected return sealed super then this throw trait true try type using val var while with yield",
    ...SLASHES,
    strings: [TRIPLE[0]!, DOUBLE, CHARACTER],
    more: [ANNOTATION],
    typed: true,
  },
  {
    names: "php",
    keywords:
      "abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty enum extends false final finally fn for foreach function global if implements include instanceof insteadof interface isset list match namespace new null or print private protected public readonly require require_once return self static switch this throw trait true try unset use var while xor yield",
    ...SLASHES,
    strings: [DOUBLE, SINGLE],
    more: [VARIABLE],
    typed: true,
  },
  {
    names: "proto protobuf",
    keywords:
      "bool bytes double enum extend false fixed32 fixed64 float import int32 int64 map message oneof option optional package public repeated required reserved returns rpc service sint32 sint64 stream string syntax true uint32 uint64 weak",
    ...SLASHES,
    strings: [DOUBLE, SINGLE],
  },
  {
    names: "py python python3",
    keywords:
      "and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield",
    line: HASH,
    strings: [...TRIPLE, DOUBLE, SINGLE],
    more: [ANNOTATION],
    typed: true,
  },
  {
    names: "rb ruby",
    keywords:
      "alias and begin break case class def defined? do else elsif end ensure false for if in module next nil not or redo require require_relative rescue retry return self super then true undef unless until when while yield attr_accessor attr_reader",
    line: HASH,
    strings: [DOUBLE, SINGLE],
    more: [["a", String.raw`[:@]@?[A-Za-z_]\w*`]],
    typed: true,
  },
  {
    names: "lua",
    keywords:
      "and break do else elseif end false for function goto if in local nil not or repeat return then true until while",
    line: String.raw`--(?!\[\[)`,
    block: ["--[[", "]]"],
    strings: [DOUBLE, SINGLE],
  },
  {
    names: "elixir ex exs",
    keywords:
      "after alias and case catch cond def defmodule defp defstruct do else end false fn for if import in nil not or quote raise receive require rescue true try unless unquote use when with",
    line: HASH,
    strings: [TRIPLE[0]!, DOUBLE, SINGLE],
    more: [["a", String.raw`[:@][A-Za-z_]\w*`]],
    typed: true,
  },
  {
    names: "bash sh zsh shell console terminal",
    keywords:
      "alias break case continue do done elif else esac eval exec exit export fi for function if in local read readonly return set shift source then trap unset until while cd echo sudo",
    line: HASH,
    strings: [DOUBLE, `'[^']*'?`],
    more: [VARIABLE],
    word: String.raw`[A-Za-z_][\w-]*`,
  },
  {
    names: "powershell ps1 pwsh",
    keywords:
      "begin break catch class continue data do dynamicparam else elseif end exit filter finally for foreach from function if in param process return switch throw trap try until using while",
    line: HASH,
    block: ["<#", "#>"],
    strings: [`"(?:[^"\`]|\`[^])*"?`, `'[^']*'?`],
    more: [VARIABLE],
    word: String.raw`[A-Za-z_][\w-]*`,
    anyCase: true,
  },
  {
    names: "dockerfile docker containerfile",
    keywords:
      "add arg as cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume workdir",
    line: HASH,
    strings: [DOUBLE, SINGLE],
    more: [VARIABLE],
    anyCase: true,
  },
  {
    names: "make makefile mk",
    keywords: "define else endef endif export ifdef ifeq ifndef ifneq include override unexport",
    line: HASH,
    strings: [DOUBLE, SINGLE],
    more: [["a", String.raw`\$[({]?[\w@<^?*%+]+[)}]?`]],
    key: ":",
    word: String.raw`[A-Za-z_.][\w.-]*`,
  },
  { names: "nginx", keywords: "off on", line: HASH, strings: [DOUBLE, SINGLE], more: [VARIABLE], key: "{" },
  {
    names: "sql mysql postgres postgresql sqlite psql",
    keywords:
      "add all alter and any as asc begin between bigint boolean by cascade case char check collate column commit conflict constraint create cross current_timestamp database date default delete desc distinct do drop else end except exists false foreign from full function grant group having if in index inner insert int integer intersect into is join key left like limit not null nothing numeric offset on or order outer partition pragma primary procedure real references replace returning revoke right rollback row rows select set table temp temporary text then timestamp to transaction trigger true union unique update using values varchar view when where window with without",
    line: "--",
    block: ["/*", "*/"],
    strings: DOUBLED,
    anyCase: true,
  },
  { names: "json json5 jsonc", keywords: "true false null", ...SLASHES, strings: [DOUBLE, SINGLE], key: ":" },
  {
    names: "yaml yml",
    keywords: "true false null yes no on off",
    line: HASH,
    strings: [DOUBLE, `(?<![^\\s:\\[{,])'[^'\\n]*'?`],
    key: ":",
    word: String.raw`[A-Za-z_][\w./-]*`,
  },
  {
    names: "ini toml conf cfg properties env dotenv",
    keywords: "true false yes no on off",
    line: "(?<![^\\n])[ \\t]*[#;]",
    strings: [...TRIPLE, DOUBLE, SINGLE],
    more: [["k", String.raw`(?<![^\n])\[[^\]\n]*\]?`]],
    key: "=",
    word: String.raw`[A-Za-z_][\w.-]*`,
  },
  {
    names: "hcl terraform tf",
    keywords: "data dynamic false for if in locals module null output provider resource terraform true variable",
    ...SLASHES,
    strings: [DOUBLE],
    key: "=",
  },
  {
    names: "graphql gql",
    keywords:
      "directive enum extend false fragment implements input interface mutation null on query scalar schema subscription true type union",
    line: "#",
    strings: [TRIPLE[0]!, DOUBLE],
    more: [ANNOTATION, VARIABLE],
    key: ":",
    typed: true,
  },
  {
    names: "css scss less",
    block: ["/*", "*/"],
    strings: [DOUBLE, SINGLE],
    more: [
      ["k", String.raw`@[a-z-]+`],
      ["a", String.raw`--[\w-]+`],
      ["n", String.raw`#[\da-fA-F]{3,8}(?![\w-])`],
    ],
    key: ":",
    word: String.raw`[A-Za-z_][\w-]*`,
  },
  {
    names: "html xml svg vue xhtml",
    block: ["<!--", "-->"],
    strings: [`"[^"]*"?`],
    more: [["k", String.raw`<[/!?]?[A-Za-z][\w:.-]*|/?>`]],
    key: "=",
    word: String.raw`[A-Za-z_:@][\w:.-]*`,
  },
  {
    names: "diff patch",
    more: [
      ["c", String.raw`(?<![^\n])(?:@@|diff |index |\+\+\+|---)[^\n]*`],
      ["i", String.raw`(?<![^\n])\+[^\n]*`],
      ["d", String.raw`(?<![^\n])-[^\n]*`],
    ],
    word: "(?!)",
  },
];

const NUMBER = String.raw`0[xX][\da-fA-F_]+|0[bo][\d_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const WORD = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
/** The most spaces between a name and what shows that it is one. */
const GAP_MAX = 8;

/** A language, ready to be used. */
interface Reader {
  readonly language: Language;
  readonly keywords: ReadonlySet<string>;
  readonly pattern: RegExp;
  /** The class of each group of the pattern; null for words. */
  readonly colours: readonly (Colour | null)[];
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

function readerOf(language: Language): Reader {
  const { line, block, strings = [], more = [], keywords = "", word = WORD } = language;
  const parts: (readonly [Colour | null, string])[] = [];
  if (block !== undefined) parts.push(["c", `${escaped(block[0])}[^]*?(?:${escaped(block[1])}|$)`]);
  if (line !== undefined) parts.push(["c", String.raw`(?:${line})[^\n]*`]);
  parts.push(...more);
  if (strings.length > 0) parts.push(["s", strings.join("|")]);
  if (word !== "(?!)") parts.push(["n", NUMBER], [null, word]);
  return {
    language,
    keywords: new Set(keywords.split(" ")),
    pattern: new RegExp(parts.map(([, one]) => `(${one})`).join("|"), "gu"),
    colours: parts.map(([colour]) => colour),
  };
}

const READERS = new Map<string, Language>(LANGUAGES.flatMap((one) => one.names.split(" ").map((name) => [name, one])));
const opened = new Map<Language, Reader>();

/** True if what follows `at`, behind a few spaces, is `sign`. */
function precedes(sign: string, code: string, at: number): boolean {
  return code
    .slice(at, at + GAP_MAX + sign.length)
    .trimStart()
    .startsWith(sign);
}

function colourOfWord({ language, keywords }: Reader, word: string, code: string, end: number): Colour | null {
  if (keywords.has(language.anyCase === true ? word.toLowerCase() : word)) return "k";
  if (language.key !== undefined && precedes(language.key, code, end)) return "a";
  if (language.typed !== true) return null;
  if (code[end] === "(") return "f";
  return /^[A-Z]\w*[a-z]/.test(word) ? "t" : null;
}

/** The code as HTML, with classes for its author's language; null if that is none of those above. */
export function colouredCode(code: string, name: string): string | null {
  const language = READERS.get(name);
  if (language === undefined) return null;
  const reader = opened.getOrInsertComputed(language, readerOf);
  let html = "";
  let done = 0;
  for (const found of code.matchAll(reader.pattern)) {
    const [text] = found;
    const end = found.index + text.length;
    let colour = reader.colours[found.slice(1).findIndex((one) => one !== undefined)] ?? null;
    if (colour === null) colour = colourOfWord(reader, text, code, end);
    else if (colour === "s" && language.key !== undefined && precedes(language.key, code, end)) colour = "a";
    if (colour === null) continue;
    html += `${Bun.escapeHTML(code.slice(done, found.index))}<i class="${colour}">${Bun.escapeHTML(text)}</i>`;
    done = end;
  }
  return html + Bun.escapeHTML(code.slice(done));
}
