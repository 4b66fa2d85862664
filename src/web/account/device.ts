/**
 * Names the browser and system of a login, so that its owner recognizes it. Only words of this list are stored, never
 * the header that the browser sent: it is long, tells more than the owner needs, and could contain anything.
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

/** No browser's header is longer than this, so no more of it is read. */
const USER_AGENT_CHARS_MAX = 512;

/** "Firefox on Linux", "Safari on iPhone"; "a program" for a caller that is not a browser: all browsers say Mozilla. */
export function deviceName(userAgent: string): string {
  const text = userAgent.slice(0, USER_AGENT_CHARS_MAX);
  if (!text.startsWith("Mozilla/")) return text === "" ? "" : "a program";
  const nameIn = (names: Names): string | undefined => names.find(([pattern]) => pattern.test(text))?.[1];
  const browser = nameIn(BROWSERS) ?? "a browser";
  const system = nameIn(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
