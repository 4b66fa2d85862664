/** The cluster panel, and the two addresses for programs: /healthz and /cluster.json. */
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { answerHtml, wantsPiece } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { cardOf } from "../http/prefs.ts";
import { needsLogin } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { ClusterPanel } from "./cluster.tsx";
import { CardPage } from "../page/page.tsx";

/**
 * GET /healthz. Pages of other replicas request it when their own has fallen silent, so any origin may, without
 * credentials. It does not look up a login, because that may take a round to the leader.
 */
export function healthRoutes(deps: WebDeps): Hono<WebEnv> {
  return (
    new Hono<WebEnv>()
      .get("/healthz", (c) => {
        const health = deps.healthz();
        c.header("Access-Control-Allow-Origin", "*");
        c.header("Cross-Origin-Resource-Policy", "cross-origin");
        return c.json(health, health.ok ? 200 : 503);
      })
      // The default HTTP check of HAProxy: the same answer without a body.
      .options("/", (c) => c.body(null, deps.healthz().ok ? 204 : 503, { Allow: "GET, HEAD, OPTIONS" }))
  );
}

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Who may kill replicas here: whoever is logged in to a demo; otherwise nobody (null). */
function ownerOf(c: Context<WebEnv>, deps: WebDeps): string | null {
  return deps.demo.welcome === null ? null : (c.get("session")?.userId ?? null);
}

/** /cluster.json and /cluster. */
export function clusterRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  const open: MiddlewareHandler<WebEnv> = async (c, next) => {
    const token = BEARER.exec(c.req.header("authorization") ?? "")?.[1];
    const byKey = token !== undefined && deps.authenticateCluster(token);
    if (deps.openStatus || byKey) await next();
    else return await login(c, next);
    return undefined;
  };

  app.get("/cluster.json", open, (c) => c.json(deps.status()));

  app.get("/cluster", open, async (c) => {
    const panel = <ClusterPanel status={deps.status()} owner={ownerOf(c, deps)} />;
    if (wantsPiece(c)) return await answerHtml(c, panel);
    if (c.get("session") === null)
      return await answerHtml(
        c,
        <CardPage title="Cluster" {...cardOf(c)}>
          <h1 class="sr">Cluster</h1>
          {panel}
        </CardPage>,
      );
    const content = (
      <section class="page">
        <h1 class="sr">Cluster</h1>
        {panel}
      </section>
    );
    return await answerPage(c, deps, { title: "Cluster", place: "cluster", current: null, content });
  });

  return app;
}
