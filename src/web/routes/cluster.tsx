/** The cluster, seen from the page, and the two addresses that programs ask: /healthz and /cluster.json. */
import { Hono, type MiddlewareHandler } from "hono";
import { answerHtml, wantsPiece } from "../answer.tsx";
import type { WebDeps, WebEnv } from "../deps.ts";
import { needsLogin } from "../request.ts";
import { answerPage } from "../shell.tsx";
import { ClusterPanel } from "../views/cluster.tsx";
import { CardPage } from "../views/page.tsx";

/** /healthz, /cluster.json and /cluster. */
export function clusterRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  const open: MiddlewareHandler<WebEnv> = async (c, next) => (deps.openStatus ? await next() : await login(c, next));

  // Asked by pages of the other replicas when theirs has fallen silent: any origin may, without credentials.
  app.get("/healthz", (c) => {
    const health = deps.healthz();
    c.header("Access-Control-Allow-Origin", "*");
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    return c.json(health, health.ok ? 200 : 503);
  });

  app.get("/cluster.json", open, (c) => c.json(deps.status()));

  app.get("/cluster", open, async (c) => {
    const panel = <ClusterPanel status={deps.status()} />;
    if (wantsPiece(c)) return await answerHtml(c, panel);
    if (c.get("session") === null)
      return await answerHtml(
        c,
        <CardPage title="Cluster">
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
