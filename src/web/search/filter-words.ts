/** What the field of a search offers while somebody types: filters, and what comes behind them. */
import type { WholeChat } from "../../chat/admin-service.ts";
import type { Session } from "../../chat/chat-service.ts";
import { FILTERS, WORDS } from "../../search/query.ts";

/** Offers at one time. */
const OFFERED_MAX = 6;

/** One offer. */
export interface Offer {
  /** The filter that it writes: "from:ann". */
  readonly shown: string;
  /** What it finds; "" if that is plain. */
  readonly says: string;
  /** The whole text of the field afterwards. */
  readonly fills: string;
}

const LAST = /(?:^|\s)(?:(?<name>[a-z]+):(?<value>"[^"]*|[^\s"]*)|(?<begun>[a-z]{2,}))$/i;

/** Offers for what was typed last; none, if that is no filter. */
export async function offersFor(
  typed: string,
  { chat, session }: { readonly chat: WholeChat; readonly session: Session },
): Promise<readonly Offer[]> {
  const { name, value = "", begun } = LAST.exec(typed)?.groups ?? {};
  if (begun !== undefined) {
    const found = FILTERS.filter((filter) => filter.name.startsWith(begun.toLowerCase()));
    const rest = typed.slice(0, typed.length - begun.length);
    return found.map((filter) => ({
      shown: `${filter.name}:`,
      says: `${filter.takes}: ${filter.says}`,
      fills: `${rest}${filter.name}:`,
    }));
  }
  const filter = FILTERS.find((one) => one.name === name?.toLowerCase());
  if (filter === undefined) return [];
  const rest = typed.slice(0, typed.length - value.length);
  const part = value.replace(/^"/, "").toLowerCase();
  const values = await valuesOf(filter.name, part, { chat, session });
  return values
    .filter((one) => one !== part)
    .slice(0, OFFERED_MAX)
    .map((one) => ({ shown: `${filter.name}:${one}`, says: "", fills: `${rest}${quoted(one)} ` }));
}

async function valuesOf(
  filter: string,
  part: string,
  { chat, session }: { readonly chat: WholeChat; readonly session: Session },
): Promise<readonly string[]> {
  const words = (WORDS[filter] ?? []).filter((word) => word.startsWith(part));
  if (filter !== "from" && filter !== "to" && filter !== "in") return words;
  const search = part.replace(/^[@#]/, "");
  const rooms = filter === "in" ? await chat.listRooms(session, { search, limit: 50 }) : null;
  const own = rooms?.ok === true ? rooms.value.filter(({ role }) => role !== null).map((room) => `#${room.name}`) : [];
  const people = part.startsWith("#") ? null : await chat.listUsers(session, { search, limit: OFFERED_MAX });
  const names = people?.ok === true ? people.value.map((user) => user.name) : [];
  return [...words, ...own, ...names];
}

function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}
