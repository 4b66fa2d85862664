/** What scripts beside ours put into the page: htmx, as its package ships it. */
interface HtmxRequest {
  readonly source: string | Element;
  readonly target: string | Element;
  readonly select?: string;
  readonly swap: "innerHTML" | "innerMorph" | "outerMorph";
}

declare const htmx: {
  /** Fetches a piece and puts it in place. Rejects if it cannot be had. */
  ajax(method: "GET", path: string, request: HtmxRequest): Promise<void>;
  /** Gives the hx- attributes of an element that a script has put into the page their meaning. */
  process(element: Element): void;
};
