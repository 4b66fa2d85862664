/** Finds the name of a cluster's login cookie, which contains the cluster's mark, in a page. */
const NAMED = /data-cluster="(\w+)"/;

const names = new Map<string, Promise<string>>();

async function ask(origin: string): Promise<string> {
  const page = await (await fetch(`${origin}/login`, { headers: { accept: "text/html" } })).text();
  const cluster = NAMED.exec(page)?.[1];
  if (cluster === undefined) throw new Error(`${origin}/login does not name its cluster`);
  return `lastword-${cluster}`;
}

/** `lastword-<cluster>` of the page at `origin`. */
export async function loginCookie(origin: string): Promise<string> {
  const asked = names.get(origin) ?? ask(origin);
  names.set(origin, asked);
  return await asked;
}
