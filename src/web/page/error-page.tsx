/** A page for what no form can show: the sentence, and a way on. */
import type { ShownFailure } from "../http/deps.ts";
import type { CardBase } from "../http/prefs.ts";
import { CardPage } from "./page.tsx";

/** The sentence, and where to go from here. */
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

/** Within the frame of somebody who is logged in: the list and the menu stay where they are. */
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

/** A card, where there is no frame. */
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
