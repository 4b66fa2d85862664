/** What a part of the benchmark is told and gives back. */
export type Say = (line: string) => void;

export interface PartResult {
  /** Markdown. */
  readonly text: string;
  /** An SVG document. */
  readonly plot?: string;
}
