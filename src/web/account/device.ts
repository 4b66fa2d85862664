/**
 * Which browser and system a login was made with, for its owner to know it again. Only words of this list are kept,
 * never what the browser sent: that is long, tells more than the owner needs, and could be anything.
 */

type Names = readonly (readonly [pattern: RegExp, name: string])[];

/** In this order: most browsers also call themselves Chrome or Safari. */
const BROWSERS: Names = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera|OPiOS)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+ .*\bSafari\//, "Safari"],
  [/\bEpiphany\//, "Epiphany"],
];

/** In this order: Android says Linux too, an iPhone says Mac OS X. */
const SYSTEMS: Names = [
  [/\bAndroid\b/, "Android"],
  [/\biPad\b/, "iPad"],
  [/\b(?:iPhone|iPod)\b/, "iPhone"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac(?: OS X|intosh)\b/, "Mac"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

/** Longer ones are nobody's; what is looked at is bounded. */
const USER_AGENT_CHARS_MAX = 512;

/** "Firefox on Linux", "Safari on iPhone"; "a program" for what is no browser, which all say Mozilla. */
export function deviceName(userAgent: string): string {
  const text = userAgent.slice(0, USER_AGENT_CHARS_MAX);
  if (!text.startsWith("Mozilla/")) return text === "" ? "" : "a program";
  const nameIn = (names: Names): string | undefined => names.find(([pattern]) => pattern.test(text))?.[1];
  const browser = nameIn(BROWSERS) ?? "a browser";
  const system = nameIn(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
