/** A page for what no form can show: the sentence, and a way on. */
import { CardPage, type Theme } from "./page.tsx";

interface ErrorPageProps {
  readonly sentence: string;
  readonly loggedIn: boolean;
  readonly theme: Theme;
  /** What was typed, so that it can be copied. */
  readonly kept: string;
}

/** The sentence, and where to go from here. */
export function ErrorPage({ sentence, loggedIn, theme, kept }: ErrorPageProps) {
  return (
    <CardPage title="That did not work" theme={theme}>
      <h1>That did not work</h1>
      <p role="alert">{sentence}</p>
      {kept === "" ? null : (
        <div class="field">
          <label for="kept">What you wrote, to copy</label>
          <textarea id="kept" rows={6} readonly>
            {kept}
          </textarea>
        </div>
      )}
      <p>
        <a class="button" href={loggedIn ? "/" : "/login"}>
          {loggedIn ? "Back to your conversations" : "To the log-in page"}
        </a>
      </p>
    </CardPage>
  );
}
