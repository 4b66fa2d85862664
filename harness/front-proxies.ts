/** Real nginx and HAProxy in front of two replicas, configured as docs/operations.md says. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "./cluster.ts";

/** Where Debian installs nginx. */
export const NGINX = "/usr/sbin/nginx";
/** Where Debian installs HAProxy. */
export const HAPROXY = "/usr/sbin/haproxy";

/** How long a proxy may take to start, which includes finding the replicas healthy. */
const START_MS = 30_000;

interface ProxyOptions {
  /** Address to listen on. */
  readonly address: string;
  readonly files: { readonly cert: string; readonly key: string };
  /** host:port of each replica's page. */
  readonly replicas: readonly string[];
}

/** A proxy that runs until it is disposed of. */
export class FrontProxy {
  readonly #folder: string;
  readonly #child: Bun.Subprocess;

  private constructor(folder: string, words: readonly string[]) {
    this.#folder = folder;
    this.#child = Bun.spawn([...words], {
      stdio: ["ignore", "ignore", Bun.file(join(folder, "stderr"))],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
  }

  /** nginx with TLS on `port`, and without TLS and without X-Forwarded-Proto on `plainPort`. */
  static async nginx(options: ProxyOptions & { port: number; plainPort: number }): Promise<FrontProxy> {
    const { address, files, replicas, port, plainPort } = options;
    const folder = mkdtempSync(join(tmpdir(), "lastword-nginx-"));
    mkdirSync(join(folder, "tmp"));
    const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const location = (proto: string): string => `
      location / {
        proxy_pass http://lastword;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;${proto}
      }`;
    writeFileSync(
      join(folder, "nginx.conf"),
      `${process.getuid?.() === 0 ? "user root;\n" : ""}daemon off; pid ${folder}/pid; error_log ${folder}/log; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`).join(" ")}
  upstream lastword { ${replicas.map((one) => `server ${one} max_fails=1 fail_timeout=1s;`).join(" ")} }
  server {
    listen ${address}:${port} ssl; ssl_certificate ${files.cert}; ssl_certificate_key ${files.key};
    ${location("\n        proxy_set_header X-Forwarded-Proto $scheme;")}
  }
  server { listen ${address}:${plainPort}; ${location("")} }
}
`,
    );
    const proxy = new FrontProxy(folder, [
      NGINX,
      "-p",
      folder,
      "-c",
      join(folder, "nginx.conf"),
      "-e",
      `${folder}/log`,
    ]);
    await proxy.#answers(address, port);
    return proxy;
  }

  /** HAProxy with TLS on both ports: the first uses HAProxy's default check, the second checks /healthz. */
  static async haproxy(options: ProxyOptions & { ports: readonly [number, number] }): Promise<FrontProxy> {
    const { address, files, replicas, ports } = options;
    const folder = mkdtempSync(join(tmpdir(), "lastword-haproxy-"));
    writeFileSync(join(folder, "both.pem"), readFileSync(files.cert, "utf8") + readFileSync(files.key, "utf8"));
    const checks = ["option httpchk", "option httpchk GET /healthz"];
    const sides = checks.map(
      (check, i) => `
listen side${i}
  bind ${address}:${ports[i]} ssl crt ${folder}/both.pem
  ${check}
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
${replicas.map((one, id) => `  server r${id} ${one} check inter 300 fall 3 rise 1`).join("\n")}
`,
    );
    writeFileSync(
      join(folder, "haproxy.cfg"),
      `defaults
  mode http
  option forwardfor
  option redispatch
  retries 3
  timeout connect 2s
  timeout check 3s
  timeout client 30s
  timeout server 30s
${sides.join("")}`,
    );
    const proxy = new FrontProxy(folder, [HAPROXY, "-db", "-f", join(folder, "haproxy.cfg")]);
    for (const port of ports) await proxy.#answers(address, port);
    return proxy;
  }

  async #answers(address: string, port: number): Promise<void> {
    await waitFor(
      `a proxy at ${address}:${port}`,
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`the proxy ended: ${this.#said()}`);
        const answer = await fetch(`https://${address}:${port}/healthz`, { tls: { rejectUnauthorized: false } }).catch(
          () => null,
        );
        return answer?.status === 200;
      },
      START_MS,
    );
  }

  #said(): string {
    return ["stderr", "log"]
      .map((name) => join(this.#folder, name))
      .map((path) => (existsSync(path) ? readFileSync(path, "utf8") : ""))
      .join("")
      .slice(-1000);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
