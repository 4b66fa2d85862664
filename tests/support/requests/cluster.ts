/** The replica itself: its files, its state, and how a page moves to another one. */
import { open, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const CLUSTER: Requests = {
  calls: { ClusterStatus: [open(() => ({}))] },
  routes: {
    "GET /healthz": [route("open", "/healthz")],
    "OPTIONS /": [route("open", "/")],
    "GET /shell.js": [route("open", "/shell.js")],
    "GET /no-answer": [route("open", "/no-answer")],
    "GET /assets/:file": [route("open", "/assets/nothing.js")],
    "GET /handover": [route("open", "/handover")],
    "POST /handover": [route("open", "/handover", { token: "x" })],
    "GET /demo/:secret": [route("open", "/demo/secret")],
    "POST /demo/replicas": [route("own", "/demo/replicas", { order: "kill", replica: "0" })],
    "GET /cluster.json": [route("own", "/cluster.json")],
    "GET /cluster": [route("own", "/cluster")],
  },
};
