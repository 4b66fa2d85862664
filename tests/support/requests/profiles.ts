/** What people say about themselves. */
import { own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const PROFILES: Requests = {
  calls: {
    GetPerson: [
      own(
        () => ({ name: "", read: 1 }),
        () => ({ person: { cursor: "v:41", latest: true } }),
      ),
    ],
    SetProfile: [
      own(
        (_, clientId) => ({ displayName: "", clientId }),
        (_, clientId) => ({ setProfile: { displayName: "", clientId } }),
      ),
      own(
        (_, clientId) => ({ status: { emoji: "🌴", text: "away", seconds: 60 }, timeZone: "Europe/Berlin", clientId }),
        (_, clientId) => ({
          setProfile: {
            status: { emoji: "🌴", text: "away", seconds: 60, untilMicros: 0 },
            timeZone: "Europe/Berlin",
            clientId,
          },
        }),
      ),
    ],
  },
  routes: {
    "POST /account/profile": [
      route("own", "/account/profile", { displayName: "", status: "away", until: "3600", timeZone: "Europe/Berlin" }),
    ],
  },
};
