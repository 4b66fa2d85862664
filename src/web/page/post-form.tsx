/** Forms that change something. Each names the user for whom its page was rendered. */
import { createContext, useContext, type JSX, type PropsWithChildren } from "hono/jsx";
import { OWNER_FIELD } from "../http/owner.ts";

/** The id of the user for whom a page is rendered; "" on pages without a login. */
export const PageOwner = createContext("");

/** A form that is posted. All forms of logged-in pages use it, so that nothing is posted in another user's name. */
export function PostForm({ children, ...form }: PropsWithChildren<JSX.IntrinsicElements["form"]>) {
  const owner = useContext(PageOwner);
  return (
    <form method="post" {...form}>
      {owner === "" ? null : <input type="hidden" name={OWNER_FIELD} value={owner} />}
      {children}
    </form>
  );
}
