/** The heading of a page or conversation. */
import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";

interface PageHeadProps {
  readonly title: string;
  /** Of the title, for what it names. */
  readonly id?: string;
  /** Who it is about, before the title. */
  readonly avatar?: Child;
  /** A line in small letters below the title. */
  readonly note?: Child;
  /** What can be done here, after the title. */
  readonly children?: Child;
}

/** The title, and before it the way back to the list, which a phone shows alone. */
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
