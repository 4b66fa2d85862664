/** Prints a line of progress. */
export type Say = (line: string) => void;

/** The result of one part of the benchmark. */
export interface PartResult {
  /** Markdown. */
  readonly text: string;
  /** An SVG document. */
  readonly plot?: string;
}
