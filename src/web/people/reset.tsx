/** The page on which somebody sets a new password by a link. */
import type { ChatError } from "../../chat/errors.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "../page/page.tsx";

interface ResetProps extends CardBase {
  /** Whose password. */
  readonly name: string;
  /** The path of the page, with the token. */
  readonly path: string;
  /** Client id of the form. */
  readonly id: string;
  readonly error: ChatError | null;
}

/** One field, for the new password. */
export function ResetPage({ name, path, id, error, ...card }: ResetProps) {
  return (
    <CardPage title="New password" {...card}>
      <h1>A new password for {name}</h1>
      <p>This link works once. All devices on which you are logged in now are logged out.</p>
      <form method="post" action={path} class="stack">
        <input type="hidden" name="id" value={id} />
        {/* Names the owner of the password. Without it a password manager stores a second entry. */}
        <input type="text" name="name" autocomplete="username" value={name} hidden readonly />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["password"])} />
        <Field
          name="password"
          label="New password"
          type="password"
          autocomplete="new-password"
          autofocus
          hint="At least 8 characters."
          error={errorAt(error, "password")}
        />
        <button type="submit" class="primary">
          Set password and log in
        </button>
      </form>
    </CardPage>
  );
}
