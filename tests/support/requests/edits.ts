/** Editing messages. */
import { hidden, type Requests } from "./request.ts";

/** See the top of this file. */
export const EDITS: Requests = {
  calls: {
    EditMessage: [
      hidden(({ message }, clientId) => ({ messageId: message, body: "other words", clientId }), "editMessage"),
    ],
    ListVersions: [
      hidden(
        ({ message }) => ({ messageId: message }),
        ({ message }) => ({ listVersions: { messageId: message, cursor: "v:41", latest: false } }),
      ),
    ],
  },
  routes: {},
};
