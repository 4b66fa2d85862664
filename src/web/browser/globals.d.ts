/** Globals of scripts that are not ours: htmx, as its package ships it. */
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
  /** Swaps HTML into the page. */
  swap(piece: HtmxPiece): Promise<void>;
  /** Fetches HTML and swaps it into the page. Rejects if the request fails. */
  ajax(method: "GET", path: string, request: HtmxRequest): Promise<void>;
  /** Activates the hx- attributes of an element that a script has added to the page. */
  process(element: Element): void;
};
