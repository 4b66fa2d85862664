/** The messages between a tab and the hub that reads the browser's event stream. All of them survive postMessage. */

/** "lost": a replica has been looked for longer than a second; "away": longer than three. */
export type LinkState = "live" | "lost" | "away";

/** An event of the stream, as all tabs receive it. */
export interface HubEvent {
  readonly type: "event";
  readonly name: string;
  readonly data: string;
  /** When the hub received it, in ms since 1970. */
  readonly at: number;
  /** The cursor after it. */
  readonly cursor: string;
  /** It was delivered before: a tab that shows it already must not announce it. */
  readonly again: boolean;
}

/** A message from the hub to tabs. */
export type HubMessage =
  | HubEvent
  | { readonly type: "state"; readonly state: LinkState }
  /** The stream broke. Whether its replica lives is not known yet. */
  | { readonly type: "lost" }
  /** The stream is open; `again`: it was open before. */
  | { readonly type: "open"; readonly again: boolean }
  /** The replica pinged. */
  | { readonly type: "tick" }
  /** The number of the hand-over token that this tab may use. */
  | { readonly type: "seat"; readonly seat: number }
  /** Another replica answers at `origin`; one hand-over token for each seat, none where the cookie reaches. */
  | { readonly type: "move"; readonly origin: string; readonly tokens: readonly string[] }
  /** The tab receives every event of this conversation, from the cursor that it named. */
  | { readonly type: "shown"; readonly show: string }
  /** The hub no longer has everything that happened since the tab's page was rendered. */
  | { readonly type: "stale" }
  /** The login has ended. */
  | { readonly type: "login" }
  /** Somebody else has logged in, in this browser. */
  | { readonly type: "other"; readonly name: string };

/** What a tab shows. */
export interface TabShow {
  /** The conversation; "" if there is none. */
  readonly show: string;
  /** The events after this cursor are not on the page. */
  readonly cursor: string;
}

/** A tab's page, as it joins the hub. */
export interface TabPage extends TabShow {
  /** The user for whom the page was rendered. */
  readonly me: string;
  /** When the page was requested, in ms since 1970. */
  readonly opened: number;
  /** Origins of all replicas, this one included. */
  readonly origins: readonly string[];
  /** Several replicas share the address in the address bar. */
  readonly shared: boolean;
  /** Paths of what a page loads besides its HTML, the same at each replica of one version. */
  readonly parts: readonly string[];
}
