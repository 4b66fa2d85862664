/**
 * What dist/lastword-faults can do and dist/lastword cannot: the bundler drops every branch
 * on FAULTS, and a test looks for the names in the executable.
 */
declare const FAULTS: boolean;

/** How far this process believes the wall clock to be off, ms. */
export const clockOffsetMs: number =
  typeof FAULTS === "boolean" && FAULTS ? Number(process.env["LASTWORD_FAULT_CLOCK_MS"] ?? 0) : 0;
