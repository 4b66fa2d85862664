/** The frame of every page: head, top bar, and the places for notes and dialogs. */
import type { Child } from "hono/jsx";
import { ASSETS, ASSETS_VERSION } from "../http/assets.ts";
import type { Session } from "../../chat/chat-service.ts";
import type { ClusterStatusJson } from "../../ops/cluster-status.ts";
import { OWNER_HEADER } from "../http/owner.ts";
import type { CardBase, NoticePrefs, Theme } from "../http/prefs.ts";
import { Brand } from "./brand.tsx";
import { ClusterLine } from "../cluster/cluster-line.tsx";
import { HelpDialog } from "./help.tsx";
import { Icon } from "./icons.tsx";
import { ViewerDialog } from "../messages/files.tsx";
import { SwitcherDialog } from "../messages/find.tsx";
import { totalText } from "../messages/sidebar.tsx";
import { PageOwner, PostForm } from "./post-form.tsx";

const HTMX_CONFIG = JSON.stringify({
  // Its own style element would break the policy. Our styles show requests under way.
  includeIndicatorCSS: false,
  history: false,
  // The page of an error must not be swapped into a part of this one.
  noSwap: [204, 304, "4xx", "5xx"],
  defaultTimeout: 8000,
});

/** What the script needs to know about its page. */
export interface LivePage {
  readonly session: Session;
  /** Part of the name of everything that the browser stores of this cluster. */
  readonly cluster: string;
  readonly status: ClusterStatusJson;
  readonly carry: string;
  readonly origins: readonly string[];
  /** True at an address that several replicas share, where another one may answer next. */
  readonly shared: boolean;
  readonly theme: Theme;
  readonly notices: NoticePrefs;
}

/** The colour of the browser's own bar on a phone: `--paper` of tokens.css. */
const FRAME_COLOURS = { light: "#f5f3ee", dark: "#121513" } as const;

function FrameColour({ theme }: { theme: Theme }) {
  if (theme !== "auto") return <meta name="theme-color" content={FRAME_COLOURS[theme]} />;
  return (
    <>
      <meta name="theme-color" media="(prefers-color-scheme: light)" content={FRAME_COLOURS.light} />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content={FRAME_COLOURS.dark} />
    </>
  );
}

function Head({ title, theme }: { title: string; theme: Theme }) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
      <meta name="color-scheme" content="light dark" />
      <FrameColour theme={theme} />
      <meta name="htmx-config" content={HTMX_CONFIG} />
      <title>{title}</title>
      <link rel="icon" href={ASSETS.icon.path} type="image/svg+xml" data-dot={ASSETS.dottedIcon.path} />
      <link rel="apple-touch-icon" href={ASSETS.touch.path} />
      <link rel="manifest" href={ASSETS.manifest.path} />
      <link rel="stylesheet" href={ASSETS.style.path} />
      <script src={ASSETS.htmx.path} defer />
      <script src={ASSETS.page.path} defer />
    </head>
  );
}

interface CardPageProps extends CardBase {
  readonly title: string;
  readonly children: Child;
  /** The id of a user who has deleted the account: the script deletes what it stored of that user. */
  readonly forget?: string;
}

/** A page outside of the chat, as one card. */
export function CardPage({ title, children, theme, cluster, forget = "" }: CardPageProps) {
  return (
    <html lang="en" data-theme={theme}>
      <Head title={`${title} · Lastword`} theme={theme} />
      <body class="alone" data-cluster={cluster} {...(forget === "" ? {} : { "data-forget": forget })}>
        <main class="card">
          <Brand />
          {children}
        </main>
      </body>
    </html>
  );
}

/** The main part of a page, beside the list. */
export interface MainProps {
  readonly title: string;
  readonly place: "home" | "new" | "conversation" | "people" | "account" | "cluster" | "failure";
  /** Its row in the list: the id of a conversation, or "new"; null for none. */
  readonly current: string | null;
  /** Events after this cursor are not in it; "" if it shows nothing live. */
  readonly cursor: string;
  readonly readOnSight: boolean;
  /** It ends with a thread; the script says the same when it opens and closes one. */
  readonly hasThread: boolean;
  readonly children: Child;
}

/** The main part of every page. It is sent alone if the script swaps it in (browser/switching.ts). */
export function Main({ title, place, current, cursor, readOnSight, hasThread, children }: MainProps) {
  return (
    <main
      id="main"
      tabindex={-1}
      data-title={`${title} · Lastword`}
      data-place={place}
      data-current={current ?? ""}
      data-cursor={cursor}
      data-read-on-sight={readOnSight ? "yes" : "no"}
      data-version={ASSETS_VERSION}
      {...(hasThread ? { "data-thread": "yes" } : {})}
    >
      {children}
    </main>
  );
}

/** Names the owner of the forms in `children`. */
export function OwnedBy({ session, children }: { session: Session; children: Child }) {
  return <PageOwner.Provider value={session.userId}>{children}</PageOwner.Provider>;
}

interface AppPageProps {
  readonly live: LivePage;
  /** Unread messages that call the user. */
  readonly calls: number;
  readonly sidebar: Child;
  readonly main: MainProps;
}

/** A page after the login. */
export function AppPage({ live, calls, sidebar, main }: AppPageProps) {
  return (
    <html lang="en" data-theme={live.theme}>
      <Head title={`${calls > 0 ? `(${totalText(calls)}) ` : ""}${main.title} · Lastword`} theme={live.theme} />
      <body
        class={`app at-${main.place}`}
        data-me={live.session.userId}
        data-name={live.session.name}
        data-login={live.session.sessionId}
        data-cluster={live.cluster}
        {...{ "hx-headers:inherited": JSON.stringify({ [OWNER_HEADER]: live.session.userId }) }}
        data-carry={live.carry}
        data-stream={ASSETS.stream.path}
        data-origins={live.origins.join(" ")}
        data-shared={live.shared ? "yes" : "no"}
        data-notify={live.notices.notify ? "yes" : "no"}
        data-sound={live.notices.sound ? "yes" : "no"}
        data-quiet={live.notices.quiet}
        data-icon={ASSETS.icon.path}
      >
        <a class="skip" href="#main">
          Skip to content
        </a>
        <OwnedBy session={live.session}>
          <TopBar live={live} />
          <p id="note" class="note" role="status" hidden />
          <NotifyOffer />
          <div class="columns">
            {sidebar}
            <Main {...main} />
          </div>
        </OwnedBy>
        <div id="announce" class="sr" role="status" aria-live="polite" />
        <dialog id="panel" class="sheet" aria-label="Cluster" />
        <HelpDialog />
        <SwitcherDialog />
        <ViewerDialog />
        <LeaveDialog />
      </body>
    </html>
  );
}

/** Shown when somebody was called and no notification could say so; see browser/notice-offer.ts. */
function NotifyOffer() {
  return (
    <div id="notify-offer" class="note" role="status" hidden>
      <span>A message for you has arrived. Show a notification next time?</span>
      <button type="button" value="yes">
        Show notifications
      </button>
      <button type="button" class="plain" value="no">
        Not now
      </button>
    </div>
  );
}

/** The question before a log-out by touch; see browser/leave.ts. */
function LeaveDialog() {
  return (
    <dialog id="leave" class="sheet small" aria-labelledby="leave-title">
      <h2 id="leave-title">Log out?</h2>
      <p>This logs you out in every tab of this browser.</p>
      <form method="dialog" class="row">
        <button type="submit" value="">
          Cancel
        </button>
        <button type="submit" value="yes" class="primary">
          Log out
        </button>
      </form>
    </dialog>
  );
}

function TopBar({ live }: { live: LivePage }) {
  return (
    <header class="bar">
      <Brand />
      <ClusterLine status={live.status} />
      <nav class="menu" aria-label="Main">
        <a href="/people">
          <Icon name="people" />
          <span>People</span>
        </a>
        <a href="/account" class="me">
          <span>{live.session.name}</span>
          <span class="sr">: your account</span>
        </a>
        <PostForm action="/logout">
          <button class="plain" type="submit" title="Logs you out in every tab of this browser">
            Log out
          </button>
        </PostForm>
      </nav>
    </header>
  );
}
