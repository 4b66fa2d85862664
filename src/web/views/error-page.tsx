/** A page for what no form can show: the sentence, and a way on. */
import { CardPage } from "./page.tsx";

/** The sentence, and where to go from here. */
export function ErrorPage({ sentence, loggedIn }: { sentence: string; loggedIn: boolean }) {
  return (
    <CardPage title="That did not work">
      <h1>That did not work</h1>
      <p role="alert">{sentence}</p>
      <p>
        <a class="button" href={loggedIn ? "/" : "/login"}>
          {loggedIn ? "Back to your conversations" : "To the log-in page"}
        </a>
      </p>
    </CardPage>
  );
}
