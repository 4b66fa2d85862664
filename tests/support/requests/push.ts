/** Where users are called while no page of theirs is open. */
import { own, route, type Requests } from "./request.ts";

/** Keys as a browser has them; the point is that of RFC 8291, appendix A. */
const KEYS = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};
const SAID = { endpoint: "https://push.test/x", ...KEYS, device: "", quiet: "", timeZone: "" };
/** Of nobody's. */
const ID = "0123456789ab";

/** See the top of this file. */
export const PUSH: Requests = {
  calls: {
    AddPushSubscription: [
      own(
        (_, clientId) => ({ ...SAID, clientId }),
        (_, clientId) => ({ addPush: { ...SAID, clientId, origin: "" } }),
      ),
    ],
    RemovePushSubscription: [own((_, clientId) => ({ id: ID, clientId }), "removePush")],
    ListPushSubscriptions: [
      own(
        () => ({}),
        () => ({ listPush: { cursor: "v:41", latest: false } }),
      ),
    ],
    TestPushSubscription: [own(() => ({ id: ID }), "testPush")],
  },
  routes: {
    "GET /account/push": [route("own", "/account/push")],
    "POST /account/push": [route("own", "/account/push", SAID)],
    "GET /account/push/:id/end": [route("own", `/account/push/${ID}/end`)],
    "POST /account/push/:id/end": [route("own", `/account/push/${ID}/end`, {})],
    "GET /account/push/:id/test": [route("own", `/account/push/${ID}/test`)],
    "POST /account/push/:id/test": [route("own", `/account/push/${ID}/test`, {})],
  },
};
