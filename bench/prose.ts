/**
 * Messages as people write them, for the data sets of the search: most are English, some Chinese and Japanese, some
 * code, and many name identifiers, tickets and links. Which words follow which is learned from the documentation of this
 * checkout, and the lines of code are its own, so that pieces of words are as frequent as in real text. The same seed
 * gives the same messages.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import japanese from "emojibase-data/ja/compact.json";
import chinese from "emojibase-data/zh/compact.json";

const TOP = resolve(import.meta.dir, "..");
const WORDS = { least: 3, most: 32 };
const CODE_CHARS = { least: 12, most: 160 };
const ASIAN_SENTENCES_MAX = 4;

/** Shares of the messages; the others are English. */
const SHARE = { chinese: 0.05, japanese: 0.05, code: 0.08 };
/** Shares of the English messages that end in one of these. */
const END = { ticket: 0.06, link: 0.06, name: 0.1, emoji: 0.08 };

const CHINESE = [
  "明天上午开会，请带上NOUN的会议记录",
  "NOUN的部署已经完成，数据库没有问题",
  "请把NOUN的文件发给我，谢谢",
  "关于NOUN，我们下周再讨论",
  "这个问题和NOUN有关，需要重新测试",
  "服务器昨天晚上重启了，NOUN一切正常",
];
const JAPANESE = [
  "NOUNの件、会議室は三階です",
  "データベースのNOUNを確認してください",
  "NOUNについて、明日までに返事をください",
  "サーバーのNOUNを再起動しました",
  "お疲れ様です。NOUNの資料を送ります",
  "NOUNのテストが失敗しました、調べています",
];
const NAMES = ["anna", "ben", "chiyo", "dmitri", "elif", "farid", "grace", "hiro", "ines", "jonas", "kofi", "lena"];

function documents(): string {
  const docs = readdirSync(join(TOP, "docs")).filter((name) => name.endsWith(".md"));
  const paths = ["ARCHITECTURE.md", "CHANGELOG.md", "README.md", ...docs.map((name) => `docs/${name}`)];
  return paths.map((path) => readFileSync(join(TOP, path), "utf8")).join("\n");
}

function codeLines(): string[] {
  const paths = readdirSync(join(TOP, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  return paths
    .toSorted()
    .flatMap((path) => readFileSync(join(TOP, "src", path), "utf8").split("\n"))
    .map((line) => line.trim())
    .filter(({ length }) => length >= CODE_CHARS.least && length <= CODE_CHARS.most);
}

/** For each word, those that follow it, as often as they do. */
function followers(text: string): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, string[]>();
  const words = text.replaceAll(/[|#*<>-]{1,4}(?=\s)|^\s*\|/gm, " ").split(/\s+/);
  for (const [i, word] of words.entries()) {
    const after = words[i + 1];
    if (after === undefined) break;
    const known = next.get(word);
    if (known === undefined) next.set(word, [after]);
    else known.push(after);
  }
  return next;
}

/** See the top of this file. */
export class Prose {
  #state: number;
  readonly #next = followers(documents());
  readonly #starts = Array.from(this.#next.keys()).filter((word) => /^[A-Z][a-z]*$/.test(word));
  readonly #code = codeLines();
  readonly #nouns = { chinese: chinese.map(({ label }) => label), japanese: japanese.map(({ label }) => label) };

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next message. */
  message(): string {
    const kind = this.#chance();
    if (kind < SHARE.chinese) return this.#asian(CHINESE, this.#nouns.chinese, "。");
    if (kind < SHARE.chinese + SHARE.japanese) return this.#asian(JAPANESE, this.#nouns.japanese, "。");
    if (kind < SHARE.chinese + SHARE.japanese + SHARE.code) return this.#pick(this.#code);
    return this.#english();
  }

  #asian(sentences: readonly string[], nouns: readonly string[], end: string): string {
    const count = 1 + this.#below(ASIAN_SENTENCES_MAX);
    const one = (): string => this.#pick(sentences).replace("NOUN", this.#pick(nouns));
    return Array.from({ length: count }, one).join(end);
  }

  #english(): string {
    // Most messages are short.
    const spread = this.#chance() ** 2;
    const length = Math.round(WORDS.least + spread * (WORDS.most - WORDS.least));
    const words: string[] = [];
    let word = this.#pick(this.#starts);
    while (words.length < length) {
      words.push(word);
      word = this.#pick(this.#next.get(word) ?? this.#starts);
    }
    return words.join(" ") + this.#end();
  }

  #end(): string {
    const { ticket, link, name, emoji } = END;
    const kind = this.#chance();
    if (kind < ticket) return ` E${1_000 + this.#below(9_000)}`;
    if (kind < ticket + link) return ` https://ci.example/builds/${this.#below(100_000)}`;
    if (kind < ticket + link + name) return `, ${this.#pick(NAMES)}?`;
    return kind < ticket + link + name + emoji ? " 👍" : "";
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  #below(count: number): number {
    return Math.floor(this.#chance() * count);
  }

  /** A number in [0, 1), by mulberry32. */
  #chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
