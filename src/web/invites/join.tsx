/** What a visitor sees who opens a link. */
import type { Session } from "../../chat/chat-service.ts";
import type { InviteOffer } from "../../chat/admin-service.ts";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "../page/page.tsx";
import { NAME_HINT, NewAccountForm, OWN_IT, type NewAccount } from "../account/login.tsx";

interface JoinProps extends CardBase, NewAccount {
  readonly offer: InviteOffer;
  /** The host in the address bar, which tells the visitor where she is. */
  readonly host: string;
  /** The path of the page, with the token. */
  readonly path: string;
}

/** Who invites into what; a name and a password. */
export function JoinPage({ offer, host, path, name, id, error, passwordError, ...card }: JoinProps) {
  const isFirst = offer.role === "owner";
  return (
    <CardPage title="Join the chat" {...card}>
      <h1>{headOf(offer)}</h1>
      <p>
        This is a chat at <strong>{host}</strong>. {isFirst ? `Create an account. ${OWN_IT}` : roomsText(offer)} Choose
        a name that the others know you by, and a password that only you know.
      </p>
      <NewAccountForm
        account={{ name, id, error, passwordError }}
        action={path}
        submit={isFirst ? "Register" : "Join"}
        labels={{ name: "Your name here", password: "A new password" }}
        hints={{
          name: NAME_HINT,
          password: "At least 8 characters. With your name and this password you log in again, on any device.",
        }}
      />
    </CardPage>
  );
}

function headOf({ by, role }: InviteOffer): string {
  if (role === "owner") return "Begin this chat";
  return by === null ? "You are invited" : `${by} invites you`;
}

/** "You will be in #ops and #dev." */
function roomsText(offer: InviteOffer): string {
  const names = offer.rooms.map((name) => `#${name}`);
  if (offer.role === "guest") return `You come as a guest: you see ${listed(names)}, and the people there.`;
  if (names.length === 0) return "You can write to everybody here, and join its rooms.";
  return `You will be in ${listed(names)}.`;
}

/** "#a, #b and #c". */
function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "no room";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** For somebody who is logged in: the link is not for her. */
export function HasAccountPage({ session, ...card }: CardBase & { readonly session: Session }) {
  return (
    <CardPage title="You already have an account" {...card}>
      <h1>You already have an account</h1>
      <p>
        You are logged in as <strong>{session.name}</strong>. This link is for people who are new here.
      </p>
      <p>
        <a class="button primary" href="/">
          Open the chat
        </a>
      </p>
    </CardPage>
  );
}
