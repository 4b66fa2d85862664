/** The log-in and registration pages: the same card with the same two fields. */
import type { Registration } from "../../base/modes.ts";
import type { ChatError } from "../../chat/errors.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "../page/page.tsx";

interface LoginProps extends CardBase {
  readonly name: string;
  readonly next: string;
  readonly error: ChatError | null;
  /** The browser has the cookie of a login that was ended elsewhere. */
  readonly ended?: boolean;
  /** Who may create an account. */
  readonly registration: Registration;
  /** Nobody has an account yet. */
  readonly isNew: boolean;
}

/** What the visitor is told who makes the first account. */
export const OWN_IT =
  "It is the first one here, so you will own this chat: you invite others and say who helps you run it.";

/** What a new name may be. */
export const NAME_HINT =
  "Up to 32 letters, digits, dots, dashes and underscores; no spaces. You can add your full name later.";

/** Name, password, and where to go afterwards. */
export function LoginPage({ name, next, error, ended = false, registration, isNew, ...card }: LoginProps) {
  return (
    <CardPage title="Log in" {...card}>
      <h1>Log in</h1>
      {ended ? (
        <p class="said" role="status">
          You were logged out from another device.
        </p>
      ) : null}
      <form method="post" action="/login" class="stack">
        <input type="hidden" name="next" value={next} />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["name", "password"])} />
        <Field
          name="name"
          label="Name"
          value={name}
          autocomplete="username"
          autofocus={name === ""}
          error={errorAt(error, "name")}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          autofocus={name !== ""}
          error={errorAt(error, "password")}
        />
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
      {isNew ? null : (
        <p class="aside">Forgot your password? Whoever runs this chat can make you a link to set a new one.</p>
      )}
      {registration === "closed" && !isNew ? null : (
        <p class="aside">
          {isNew ? "Nobody has an account here yet." : "New here?"}{" "}
          {registration === "open" ? <a href="/register">Create an account</a> : linkNeeded(isNew)}
        </p>
      )}
    </CardPage>
  );
}

/** What a visitor without a link is told. */
function linkNeeded(isNew: boolean) {
  if (!isNew) return "You need an invitation link.";
  return (
    <>
      Whoever runs this server makes the link for the first one with <code>lastword invite --owner</code>.
    </>
  );
}

/** For a visitor of a chat to which new people come by links, or in which nobody has an account (`isNew`). */
export function ByLinkPage({ isNew, ...card }: CardBase & { readonly isNew: boolean }) {
  return (
    <CardPage title="You need a link" {...card}>
      <h1>You need {isNew ? "the owner’s" : "an invitation"} link</h1>
      <p>
        {isNew
          ? "Nobody has an account here yet. "
          : "New people come to this chat by a link. Ask somebody who runs it to send you one, then open it."}
        {isNew ? linkNeeded(true) : null}
      </p>
      <p class="aside">
        Already have an account? <a href="/login">Log in</a>
      </p>
    </CardPage>
  );
}

/** What was typed into the form of a new account, and what is wrong with it. */
export interface NewAccount {
  readonly name: string;
  /** Client id of the form, which makes a repeated submit the same registration. */
  readonly id: string;
  readonly error: ChatError | null;
  /** The error of the password, if another field is wrong as well. */
  readonly passwordError?: string | undefined;
}

interface RegisterProps extends CardBase, NewAccount {
  /** Nobody has an account yet. */
  readonly isNew: boolean;
}

interface NewAccountFormProps {
  readonly account: NewAccount;
  readonly action: string;
  readonly submit: string;
  readonly labels: { readonly name: string; readonly password: string };
  readonly hints: { readonly name: string; readonly password: string };
}

/** The form with which somebody comes in for the first time. */
export function NewAccountForm({ account, action, submit, labels, hints }: NewAccountFormProps) {
  const { name, id, error, passwordError } = account;
  const wrongPassword = errorAt(error, "password") ?? passwordError;
  const onlyPassword = wrongPassword !== undefined && errorAt(error, "name") === undefined;
  return (
    <>
      <form method="post" action={action} class="stack">
        <input type="hidden" name="id" value={id} />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["name", "password"])} />
        <Field
          name="name"
          label={labels.name}
          value={name}
          autocomplete="username"
          autofocus={!onlyPassword}
          hint={hints.name}
          error={errorAt(error, "name")}
        />
        <Field
          name="password"
          label={labels.password}
          type="password"
          autocomplete="new-password"
          autofocus={onlyPassword}
          hint={hints.password}
          error={wrongPassword}
        />
        <button type="submit" class="primary">
          {submit}
        </button>
      </form>
      <p class="aside">
        Already have an account? <a href="/login">Log in</a>
      </p>
    </>
  );
}

/** The page on which anybody may register. */
export function RegisterPage({ name, id, error, passwordError, isNew, ...card }: RegisterProps) {
  return (
    <CardPage title="Register" {...card}>
      <h1>Create an account</h1>
      {isNew ? <p>{OWN_IT}</p> : null}
      <NewAccountForm
        account={{ name, id, error, passwordError }}
        action="/register"
        submit="Register"
        labels={{ name: "Name", password: "Password" }}
        hints={{
          name: NAME_HINT,
          password: "At least 8 characters.",
        }}
      />
    </CardPage>
  );
}
