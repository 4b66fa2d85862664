/**
 * The web page: Hono on top of ChatService. Pages are rendered here and updated by server-sent events.
 *
 *   request -> headers, host, origin, size -> session, whose page -> route -> chat -> view
 *
 * createWeb returns an app that tests call with app.request(); replica.ts serves the same app
 * on the replica's own port and on the front port. It has no state but open streams.
 */
import { Hono } from "hono";
import { failed } from "../chat/errors.ts";
import { answerError } from "./http/answer.tsx";
import { assetRoutes } from "./http/assets.ts";
import type { WebDeps, WebEnv } from "./http/deps.ts";
import { EventStreams, eventRoutes } from "./messages/events.ts";
import { Handover } from "./cluster/handover.ts";
import { refuseOtherLogins } from "./http/other-login.tsx";
import { findSession } from "./http/request.ts";
import { refuseForeignHosts } from "./http/host.ts";
import { accountRoutes } from "./account/routes.tsx";
import { draftRoutes } from "./messages/draft-routes.ts";
import { fileRoutes } from "./files/routes.ts";
import { messageRoutes } from "./messages/message-routes.tsx";
import { chatRoutes } from "./messages/routes.tsx";
import { peopleRoutes } from "./people/routes.tsx";
import { auditRoutes } from "./audit/routes.tsx";
import { reportRoutes } from "./reports/routes.tsx";
import { inviteRoutes } from "./invites/routes.tsx";
import { roomRoutes } from "./rooms/routes.tsx";
import { clusterRoutes, healthRoutes } from "./cluster/routes.tsx";
import { noAnswerRoutes } from "./cluster/no-answer.tsx";
import { demoRoutes } from "./cluster/demo-routes.ts";
import { handoverRoutes } from "./cluster/handover-routes.tsx";
import { loginRoutes } from "./account/login-routes.tsx";
import { activityRoutes } from "./messages/activity.tsx";
import { searchRoutes } from "./search/routes.tsx";
import { savedRoutes } from "./messages/saved.tsx";
import { limitBodies } from "./http/body-room.ts";
import { frameFailures } from "./http/shell.tsx";
import { passChecks, refuseOtherSites, refusePlaintext, secureAnswers } from "./http/security.ts";

export type { Health, WebDeps } from "./http/deps.ts";

/** The app, with control of its streams. */
export type Web = Hono<WebEnv> & {
  /** The page of a stream that may be here has reported to another replica that it is alive. */
  alive(userId: string, stream: string): void;
  /** Ends all event streams, so that pages look for another replica at once. Call it first when the replica stops. */
  endStreams(): void;
};

/** Makes the app. It does not listen, and has no timer while no stream is open. */
export function createWeb(deps: WebDeps): Web {
  const app = new Hono<WebEnv>();
  const handover = new Handover({
    key: deps.handoverKey,
    self: deps.self,
    wallMsAt: deps.wallMsAt,
    nowMs: () => deps.clock.nowMs(),
  });
  const streams = new EventStreams(deps, handover);
  app.use((c, next) => {
    c.set("cluster", deps.cluster);
    return next();
  });
  app.use(secureAnswers(deps));
  app.route("/", healthRoutes(deps));
  app.use(passChecks(refuseForeignHosts(deps), refusePlaintext(deps), refuseOtherSites(deps)), limitBodies(deps));
  app.route("/", assetRoutes());
  app.route("/", noAnswerRoutes(deps));
  app.use(findSession(deps), frameFailures(deps), refuseOtherLogins());
  app.route("/", clusterRoutes(deps));
  app.route("/", demoRoutes(deps));
  app.route("/", loginRoutes(deps));
  app.route("/", handoverRoutes(deps, handover));
  app.route("/", chatRoutes(deps));
  app.route("/", messageRoutes(deps));
  app.route("/", fileRoutes(deps));
  app.route("/", draftRoutes(deps));
  app.route("/", activityRoutes(deps));
  app.route("/", searchRoutes(deps));
  app.route("/", savedRoutes(deps));
  app.route("/", peopleRoutes(deps));
  app.route("/", roomRoutes(deps));
  app.route("/", inviteRoutes(deps));
  app.route("/", auditRoutes(deps));
  app.route("/", reportRoutes(deps));
  app.route("/", accountRoutes(deps));
  app.route("/", eventRoutes(deps, streams));
  app.notFound((c) => answerError(c, failed("not_found", "There is no page at this address.").error));
  app.onError((error, c) => {
    deps.onCaught(error);
    return c.text("Something went wrong here. Try again; nothing is done twice.\n", 500, {
      "lastword-outcome": "unknown",
    });
  });
  return Object.assign(app, {
    endStreams: () => streams.stop(),
    alive: (userId: string, stream: string) => void streams.alive(userId, stream),
  });
}
