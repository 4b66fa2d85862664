/** What scripts beside ours put into the page: htmx, as its package ships it. */
interface HtmxRequest {
  readonly source: string | Element;
  readonly target: string | Element;
  readonly select?: string;
  readonly swap: "innerHTML" | "innerMorph" | "outerMorph";
}

interface HtmxPiece {
  readonly text: string;
  readonly sourceElement: Element;
  readonly target: Element;
  readonly swap: HtmxRequest["swap"];
}

declare const htmx: {
  /** Puts HTML in place. */
  swap(piece: HtmxPiece): Promise<void>;
  /** Fetches a piece and puts it in place. Rejects if it cannot be had. */
  ajax(method: "GET", path: string, request: HtmxRequest): Promise<void>;
  /** Gives the hx- attributes of an element that a script has put into the page their meaning. */
  process(element: Element): void;
};
