/** The page for an error that no form can show: a sentence, and a link to continue. */
import type { ShownFailure } from "../http/deps.ts";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "./page.tsx";

/** The sentence and the link. */
function FailureText({ failure, href, way }: { failure: ShownFailure; href: string; way: string }) {
  return (
    <>
      <h1>{failure.title}</h1>
      <p role="alert">{failure.sentence}</p>
      {failure.kept === "" ? null : (
        <div class="field">
          <label for="kept">What you wrote, to copy</label>
          <textarea id="kept" rows={6} readonly>
            {failure.kept}
          </textarea>
        </div>
      )}
      <p>
        <a class="button" href={href}>
          {way}
        </a>
      </p>
    </>
  );
}

/** The error within the frame of a logged-in user, beside the list. */
export function FailureInFrame({ failure }: { failure: ShownFailure }) {
  return (
    <section class="page failure-page">
      <div class="stack">
        <FailureText failure={failure} href="/" way="Back to your conversations" />
      </div>
    </section>
  );
}

interface ErrorPageProps extends CardBase {
  readonly failure: ShownFailure;
  readonly loggedIn: boolean;
}

/** The error as a card, if there is no frame. */
export function ErrorPage({ failure, loggedIn, ...card }: ErrorPageProps) {
  return (
    <CardPage title={failure.title} {...card}>
      {loggedIn ? (
        <FailureText failure={failure} href="/" way="Back to your conversations" />
      ) : (
        <FailureText failure={failure} href="/login" way="Log in" />
      )}
    </CardPage>
  );
}
