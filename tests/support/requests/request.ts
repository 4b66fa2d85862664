/**
 * What the tests that cover every call and every route need of each: requests, and what they answer to somebody who is
 * not in the room that they name. Each file beside this one has those of one part of the chat; all.ts joins them.
 */
import type { WholeChat } from "../../../src/chat/admin-service.ts";
import type { ChatCall } from "../../../proto/chat-wire.ts";

/** What a request names: a private room and what belongs to it, or nothing that there is. */
export interface Target {
  /** Id of the room. A direct conversation of other people will do too. */
  readonly room: string;
  /** The name of the room. */
  readonly name: string;
  /** Id of a message in it. */
  readonly message: string;
  /** Id of a login of its owner. */
  readonly session: string;
}

/** A request of gRPC about a target. `clientId` is fresh. */
type CallRequest = (target: Target, clientId: string) => object;

/** The call of WholeChat that gets the request just as it is; or the one that gets another, with that request. */
type Becomes = keyof WholeChat | ((target: Target, clientId: string) => { [Name in keyof WholeChat]?: unknown });

/** What a request answers to somebody who is not in the room. `code`: not `not_found`, which is the rule. */
type Secrecy =
  /** The room is not found, just as one that there is not; whoever is in it gets what she asks for. */
  | { readonly kind: "hidden"; readonly code?: "unknown_recipient" }
  /** The answer is about the user's own things. `shows`: to whoever is in the room, that room too. */
  | { readonly kind: "own"; readonly shows?: true }
  /** It needs no login and tells nothing of the chat. */
  | { readonly kind: "open" };

/** Who in the room gets what the request asks for; absent: its owner. */
interface Asker {
  readonly by?: "member";
}

/** The streams have tests of their own. */
type Stream = { readonly kind: "stream" };

/** One request of gRPC. Each call with a login needs one with `becomes`. */
export type CallRow = (Secrecy & Asker & { readonly request: CallRequest; readonly becomes?: Becomes }) | Stream;

/** One request of the page: its address, and the fields of its form without the id that each form has. */
export interface PageRequest {
  readonly path: (target: Target) => string;
  readonly form?: (target: Target) => Readonly<Record<string, string>>;
}

/** `same`: the answer about the room is that about none, whatever it is. */
export type RouteRow = (PageRequest & Asker & (Secrecy | { readonly kind: "same" })) | Stream;

/** The calls and the routes of one part of the chat. */
export interface Requests {
  readonly calls: { readonly [Name in ChatCall]?: readonly CallRow[] };
  /** By method and path, such as "POST /rooms/:id/join". */
  readonly routes: Readonly<Record<string, readonly RouteRow[]>>;
}

/** A call that does not find what is hidden from the user. */
export const hidden = (request: CallRequest, becomes?: Becomes): CallRow => ({
  kind: "hidden",
  request,
  ...(becomes && { becomes }),
});

/** The same, where the name of a room that there is not is no name of a recipient. */
export const unknown = (request: CallRequest): CallRow => ({ kind: "hidden", request, code: "unknown_recipient" });

/** The row, where the message that it names is not one that the owner of the room can ask this about. */
export function byMember<Row extends CallRow | RouteRow>(row: Row): Row {
  return { ...row, by: "member" };
}

/** A call about the user's own things. */
export const own = (request: CallRequest, becomes?: Becomes): CallRow => ({
  kind: "own",
  request,
  ...(becomes && { becomes }),
});

/** A call that lists the room to those who are in it. */
export const shows = (request: CallRequest, becomes?: Becomes): CallRow => ({
  kind: "own",
  shows: true,
  request,
  ...(becomes && { becomes }),
});

/** A call that needs no login. */
export const open = (request: CallRequest, becomes?: Becomes): CallRow => ({
  kind: "open",
  request,
  ...(becomes && { becomes }),
});

/** The address `path` with the target in place of ROOM, NAME, MESSAGE and SESSION. */
function pathOf(path: string): PageRequest["path"] {
  return ({ room, name, message, session }) =>
    path.replace("ROOM", room).replace("NAME", name).replace("MESSAGE", message).replace("SESSION", session);
}

/** A request of the page, as {@link RouteRow} of a kind; without a form it is a GET. */
export function route(
  kind: "hidden" | "own" | "shows" | "open" | "same",
  path: string,
  form?: Readonly<Record<string, string>> | PageRequest["form"],
): RouteRow {
  const asked = {
    path: pathOf(path),
    ...(form && { form: typeof form === "function" ? form : () => form }),
  };
  return kind === "shows" ? { kind: "own", shows: true, ...asked } : { kind, ...asked };
}
