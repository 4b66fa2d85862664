/** What a visitor sees who opens a link. */
import type { ChatError } from "../../chat/errors.ts";
import type { Session } from "../../chat/chat-service.ts";
import type { InviteOffer } from "../../chat/admin-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "../page/page.tsx";

interface JoinProps extends CardBase {
  readonly offer: InviteOffer;
  /** The host in the address bar, which tells the visitor where she is. */
  readonly host: string;
  /** The path of the page, with the token. */
  readonly path: string;
  /** The name that was typed. */
  readonly name: string;
  /** Client id of the form. */
  readonly id: string;
  readonly error: ChatError | null;
  /** The error of the password, if another field is wrong as well. */
  readonly passwordError?: string | undefined;
}

/** Who invites into what; a name and a password. */
export function JoinPage({ offer, host, path, name, id, error, passwordError, ...card }: JoinProps) {
  const wrongPassword = errorAt(error, "password") ?? passwordError;
  const onlyPassword = wrongPassword !== undefined && errorAt(error, "name") === undefined;
  return (
    <CardPage title="Join the chat" {...card}>
      <h1>{offer.by === null ? "You are invited" : `${offer.by} invites you`}</h1>
      <p>
        This is a chat at <strong>{host}</strong>. {roomsText(offer)} Choose a name that the others know you by, and a
        password that only you know.
      </p>
      <form method="post" action={path} class="stack">
        <input type="hidden" name="id" value={id} />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["name", "password"])} />
        <Field
          name="name"
          label="Your name here"
          value={name}
          autocomplete="username"
          autofocus={!onlyPassword}
          hint="Up to 32 letters, digits, dots, dashes and underscores; no spaces."
          error={errorAt(error, "name")}
        />
        <Field
          name="password"
          label="A new password"
          type="password"
          autocomplete="new-password"
          autofocus={onlyPassword}
          hint="At least 8 characters. With your name and this password you log in again, on any device."
          error={wrongPassword}
        />
        <button type="submit" class="primary">
          Join
        </button>
      </form>
      <p class="aside">
        Already have an account? <a href="/login">Log in</a>
      </p>
    </CardPage>
  );
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
