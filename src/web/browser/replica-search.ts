/** Looks for another replica, and checks that a page that moves there will find everything it needs. */

const PROBE_MS = 1000;
/** The first time, the page's scripts and styles may have to be fetched; later the browser has cached them. */
const READY_MS = 2000;

/** One search. `origin` is the replica that is not answering; `handover` has an entry for each origin with a token. */
export interface Search {
  readonly origin: string;
  readonly origins: readonly string[];
  /** See TabPage. */
  readonly parts: readonly string[];
  readonly handover: Readonly<Record<string, readonly string[]>>;
}

/** Requests the health of a replica. Rejects if the replica does not answer within PROBE_MS. */
const ask = (one: string): Promise<Response> =>
  fetch(`${one}/healthz`, {
    mode: "cors",
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(PROBE_MS),
  });

/** True if both are ports of one host name: the browser sends its cookies to all of them. */
const isSameHost = (one: string, other: string): boolean => new URL(one).hostname === new URL(other).hostname;

/**
 * True if a page may move to `goal`. If that replica died during the move, the browser would show its own error page,
 * which runs none of our scripts, or a page whose scripts never arrive. So the scripts and styles are loaded into the
 * browser's cache first, and then the replica is asked once more. The risk that is left is the time of one answer.
 */
async function isReady({ origin, parts }: Search, goal: string): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_MS);
  try {
    // Caches are separate for each host name. A part that does not arrive does not mean that the replica is dead: a
    // browser may refuse it for reasons of its own.
    if (isSameHost(goal, origin))
      await Promise.allSettled(
        parts.map((path) => fetch(goal + path, { mode: "no-cors", credentials: "include", signal })),
      );
    await ask(goal);
    return true;
  } catch {
    return false;
  }
}

/**
 * The origin of another replica that can write; with `anyAnswer` also of one that only answers. Null if there is none.
 */
export async function findReplica(search: Search, anyAnswer: boolean): Promise<string | null> {
  const { origin, handover } = search;
  const others = search.origins.filter((one) => one !== origin);
  let notWritable: string | null = null;
  const firstOf = (list: readonly string[]): Promise<string> =>
    Promise.any(
      list.map(async (one) => {
        const answer = await ask(one);
        if (answer.ok) return one;
        notWritable ??= one;
        throw new Error("not writable");
      }),
    );
  // All replicas are asked at once. Those under the host name in the address bar come first because they need no
  // hand-over, then those for which there is a token. At the others a person has to log in.
  const rank = (one: string): number => (isSameHost(one, origin) ? 0 : handover[one] === undefined ? 2 : 1);
  const ofRank = (wanted: number): Promise<string> => firstOf(others.filter((one) => rank(one) === wanted));
  const [near, known, far] = [ofRank(0), ofRank(1), ofRank(2)];
  known.catch(() => {});
  far.catch(() => {});
  const found = await near
    .catch(() => known)
    .catch(() => far)
    .catch(() => (anyAnswer ? notWritable : null));
  return found !== null && (await isReady(search, found)) ? found : null;
}
