/** Line icons, drawn on a 20 x 20 grid. All are decoration: the text beside them says the same. */
import { fixed } from "./fixed.ts";

const PATHS = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  people:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5 7c0-3 2.2-4.5 5-4.5s5 1.5 5 4.5M13.5 4a2.7 2.7 0 0 1 0 5.2M15 12.2c1.6.6 2.6 2 2.6 4.3",
  lock: "M5.5 9.5h9v7h-9zM7.5 9.5V7a2.5 2.5 0 0 1 5 0v2.5",
  rooms: "M4 7.5h13M3 12.5h13M8.5 3.5l-2 13M13.5 3.5l-2 13",
  write: "M10 4v12M4 10h12",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  select: "M5 4h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Zm1.8 6.2 2.3 2.3 4.3-4.8",
  send: "M3.5 10h11M10 5l5 5-5 5",
  close: "m5 5 10 10M15 5 5 15",
  down: "M10 4v11m-4.5-4.5L10 15l4.5-4.5",
  up: "M10 16V5M5.5 9.5 10 5l4.5 4.5",
  more: "M10 5.2v.1M10 10v.1M10 14.8v.1",
  star: "m10 3 2.1 4.5 4.9.6-3.6 3.4.9 4.9L10 14l-4.3 2.4.9-4.9L3 8.1l4.9-.6L10 3Z",
  muted: "M15.2 13.5V9a5.2 5.2 0 0 0-8.6-3.9M4.9 8.2V13.5h8.2M8.3 16.2h3.4M3.5 3.5l13 13",
  bell: "M4.9 13.5V9a5.1 5.1 0 0 1 10.2 0v4.5l1.4 0H3.5zM8.3 16.2h3.4",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.6 8.2v.1m4.8-.1v.1M6.9 11.6c.8 1.2 1.8 1.8 3.1 1.8s2.3-.6 3.1-1.8",
  format: "M3 15 7 5l4 10M4.3 12h5.4M17 9.5V15m0-2.8a2.3 2.7 0 1 1-4.6 0 2.3 2.7 0 0 1 4.6 0",
  bold: "M6 4h5a3 3 0 0 1 0 6H6zM6 10h6a3 3 0 0 1 0 6H6z",
  italic: "M8 4h6M6 16h6M11.5 4l-3 12",
  strike:
    "M3.5 10h13M13.5 6.4C13.3 4.9 12 4 10 4S6.6 5 6.6 6.8c0 1.6 1.2 2.5 2.9 3.2m2.6.9c1 .5 1.6 1.2 1.6 2.2 0 1.8-1.6 2.9-3.7 2.9s-3.6-1-3.8-2.6",
  code: "m7 6-4 4 4 4m6-8 4 4-4 4",
  block: "M3.5 4.5h13v11h-13zM8.5 8l-2 2 2 2m3-4 2 2-2 2",
  list: "M8 5.5h8.5M8 10h8.5M8 14.5h8.5M4 5.5v.1M4 10v.1M4 14.5v.1",
  quote: "M4 5v10M8 6.5h8.5M8 10h8.5M8 13.5h5",
  link: "M8.4 11.6a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1m1.2 3a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1",
  clip: "m15.5 9.5-5.6 5.6a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.3 3.3l-6 6a1.1 1.1 0 0 1-1.6-1.6l5.2-5.2",
  copy: "M7.5 7.5h8v9h-8zM12 7V3.5H4.5v9H7",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h6.5a6 6 0 0 1 6 6v.5",
  edit: "m4 16 .8-3.2 8.7-8.7a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L7.2 15.2 4 16Zm8-10.4 2.4 2.4",
  save: "M5.5 3.5h9v13L10 13l-4.5 3.5z",
  dot: "M4 5.5h7M4 10h5M4 14.5h12M15 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  pin: "M12.2 3.2 16.8 7.8 13.6 9.4 12.6 13.6 6.4 7.4 10.6 6.4 12.2 3.2ZM9.2 10.8 4 16",
  thread: "M4 4.5h12v8.5H9l-3.5 3v-3H4zM7 7.7h6M7 10h4",
  flag: "M5 17V3.5m0 .5c4-2 6 2 10 0v7c-4 2-6-2-10 0",
  warning: "M10 3.5 2.5 16.5h15L10 3.5Zm0 5v3.5m0 2.2v.1",
} as const;

export type IconName = keyof typeof PATHS;

const names = Object.keys(PATHS) as readonly IconName[];

/** A page of messages has some two hundred icons, so each is rendered once. */
const ICONS = new Map(
  names.map((name) => [
    name,
    fixed(() => (
      <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <path d={PATHS[name]} />
      </svg>
    )),
  ]),
);

/** An icon in the colour of the text around it. */
export function Icon({ name }: { name: IconName }) {
  return ICONS.get(name)!();
}
