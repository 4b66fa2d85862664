/** What the thread of the index is asked, and what it answers. Requests are answered in their order, one by one. */
import type { Seq } from "../../election/view.ts";
import type { Ask } from "../../search/message-search.ts";
import type { Looked } from "./lookup.ts";
import type { Span } from "./search-file.ts";

/** A request. `state`: the path of the state.db in use. */
export type SearchRequest =
  /** Opens search.db; what is damaged is set aside before. */
  | { readonly kind: "open"; readonly path: string; readonly isDamaged: boolean }
  /** Takes the next messages, up to seq `to`, all in view `view`; and changes of earlier ones if there may be any. */
  | {
      readonly kind: "take";
      readonly state: string;
      readonly view: string;
      readonly to: Seq;
      readonly changes: boolean;
    }
  /** Goes back to the seq up to which the history is still the same. */
  | { readonly kind: "goBack"; readonly state: string; readonly to: Seq }
  | { readonly kind: "find"; readonly state: string; readonly ask: Ask };

/** Answers to them. */
export type SearchReply =
  | {
      readonly kind: "reaches";
      readonly spans: readonly Span[];
      /** There are more changes to take. */
      readonly more: boolean;
      /** Time that it took, ms. */
      readonly ms: number;
    }
  | ({ readonly kind: "looked" } & Looked)
  /** `code`: SQLite's, or the words of another error. */
  | { readonly kind: "failed"; readonly code: string };
