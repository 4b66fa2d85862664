/** The forms of a page that change something: each says for whose login its page was made. */
import { createContext, useContext, type JSX, type PropsWithChildren } from "hono/jsx";
import { OWNER_FIELD } from "../http/owner.ts";

/** Id of the user for whom a page is rendered; "" on pages without a login. */
export const PageOwner = createContext("");

/** A form that is posted. Everything that a logged-in page posts goes through it, so that nothing is posted in somebody else's name. */
export function PostForm({ children, ...form }: PropsWithChildren<JSX.IntrinsicElements["form"]>) {
  const owner = useContext(PageOwner);
  return (
    <form method="post" {...form}>
      {owner === "" ? null : <input type="hidden" name={OWNER_FIELD} value={owner} />}
      {children}
    </form>
  );
}
