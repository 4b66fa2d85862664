/** A labelled input with its own place for a sentence about what is wrong with it. */
import type { ChatError } from "../../chat/errors.ts";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password";
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly autocomplete?: string;
  readonly autofocus?: boolean;
  readonly placeholder?: string;
  /** Id of the form it belongs to, if it stands outside of it. */
  readonly form?: string;
}

/** Label, input, hint and the sentence, tied together for screen readers. */
export function Field(props: FieldProps) {
  const id = `field-${props.name}`;
  // The sentence's place always: the script may fill it.
  const describedBy = props.hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        type={props.type ?? "text"}
        dir="auto"
        value={props.value ?? ""}
        required
        autocomplete={props.autocomplete ?? "off"}
        autocapitalize="none"
        spellcheck={false}
        autofocus={props.autofocus ?? false}
        placeholder={props.placeholder ?? ""}
        {...(props.form === undefined ? {} : { form: props.form })}
        aria-describedby={describedBy}
        {...(props.error === undefined ? {} : { "aria-invalid": "true" })}
      />
      {props.hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <FieldError id={`${id}-error`} sentence={props.error} />
    </div>
  );
}

/** The sentence beside a field; present but empty when all is well, so that a script can fill it. */
export function FieldError({ id, sentence }: { id: string; sentence: string | undefined }) {
  return (
    <p class="error" id={id} role="alert" hidden={sentence === undefined}>
      {sentence ?? ""}
    </p>
  );
}

/** The sentence of an error if it belongs to this field. */
export function errorAt(error: ChatError | null, field: NonNullable<ChatError["field"]>): string | undefined {
  return error !== null && error.field === field ? error.sentence : undefined;
}

/** The sentence of an error that belongs to none of these fields. */
export function errorElsewhere(error: ChatError | null, fields: readonly ChatError["field"][]): string | undefined {
  return error !== null && !(error.field !== undefined && fields.includes(error.field)) ? error.sentence : undefined;
}
