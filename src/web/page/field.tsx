/** An input with a label and a place for its error. */
import type { ChatError } from "../../chat/errors.ts";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password";
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly autocomplete?: string;
  /** By default the field has the focus if it is wrong. */
  readonly autofocus?: boolean;
  readonly placeholder?: string;
  /** Which keyboard a phone shows; absent: that for text. */
  readonly inputmode?: "numeric";
  /** True if it may stay empty. */
  readonly optional?: boolean;
  /** The filter of the search whose values the script offers: "from" for people, "in" for the user's rooms as well. */
  readonly offers?: "from" | "in";
  /** The id of its form, if it is outside of that form. */
  readonly form?: string;
}

/** Label, input, hint and error, linked for screen readers. The error replaces the hint, because it says the same. */
export function Field(props: FieldProps) {
  const id = `field-${props.name}`;
  const hint = props.error === undefined ? props.hint : undefined;
  // The place of the error is always there, because the script may fill it.
  const describedBy = hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`;
  const input = (
    <input
      id={id}
      name={props.name}
      type={props.type ?? "text"}
      dir="auto"
      value={props.value ?? ""}
      required={props.optional !== true}
      autocomplete={props.autocomplete ?? "off"}
      autocapitalize="none"
      spellcheck={false}
      autofocus={props.autofocus ?? props.error !== undefined}
      placeholder={props.placeholder ?? ""}
      {...(props.inputmode === undefined ? {} : { inputmode: props.inputmode })}
      {...(props.form === undefined ? {} : { form: props.form })}
      {...(props.offers === undefined ? {} : { "data-offers": props.offers })}
      aria-describedby={describedBy}
      {...(props.error === undefined ? {} : { "aria-invalid": "true" })}
    />
  );
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.type === "password" ? (
        <div class="secret">
          {input}
          <button type="button" class="plain reveal needs-script" aria-pressed="false" aria-controls={id}>
            Show
          </button>
        </div>
      ) : (
        input
      )}
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} sentence={props.error} />
    </div>
  );
}

/** The error of a field. It is empty if all is well, so that the script can fill it. */
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
