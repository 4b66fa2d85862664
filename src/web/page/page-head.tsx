/** The head of a page or conversation. */
import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";

interface PageHeadProps {
  readonly title: string;
  /** The id of the title, for elements that it labels. */
  readonly id?: string;
  /** The person's mark, before the title. */
  readonly avatar?: Child;
  /** A small line below the title. */
  readonly note?: Child;
  /** The actions, after the title. */
  readonly children?: Child;
}

/** The title. On a phone, which shows the list on a page of its own, a link before it leads back to the list. */
export function PageHead({ title, id, avatar, note, children }: PageHeadProps) {
  return (
    <header class="head">
      <a class="to-list" href="/">
        <Icon name="back" />
        <span class="sr">All conversations</span>
      </a>
      {avatar}
      <div class="who">
        <h1 {...(id === undefined ? {} : { id })}>{title}</h1>
        {note === undefined ? null : <p class="small">{note}</p>}
      </div>
      {children}
    </header>
  );
}
