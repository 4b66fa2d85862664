/** Where a page may go when its replica is dead. */
import { afterEach, expect, mock, spyOn, test } from "bun:test";

interface ReplicaSearch {
  readonly findReplica: (search: object, anyAnswer: boolean) => Promise<string | null>;
}

// Browser files have the types of the DOM: loaded by a path that this compiler does not follow.
const { findReplica } = (await import(
  `${import.meta.dir}/../../../src/web/browser/replica-search.ts`
)) as ReplicaSearch;

const DEAD = "http://127.0.0.1:8081";
const ALIVE = "http://127.0.0.1:8082";
const search = { origin: DEAD, origins: [DEAD, ALIVE], parts: ["/assets/app.js", "/assets/page.css"], handover: {} };

/** Answers a page's requests; a part that is not given is refused by the browser itself. */
function answering(answers: Readonly<Record<string, () => Response>>): { readonly asked: string[] } {
  const asked: string[] = [];
  spyOn(globalThis, "fetch").mockImplementation((async (url: string) => {
    asked.push(url);
    const answer = answers[url];
    if (answer === undefined) throw new TypeError("Failed to fetch");
    return answer();
  }) as typeof fetch);
  return { asked };
}

afterEach(() => mock.restore());

test("a replica whose health answers is one to go to, though the browser refuses to load its parts", async () => {
  const { asked } = answering({ [`${ALIVE}/healthz`]: () => new Response("ok") });
  expect(await findReplica(search, false)).toBe(ALIVE);
  expect(asked).toContain(`${ALIVE}/assets/app.js`);
});

test("one that died while its parts came is not", async () => {
  const answers: Record<string, () => Response> = {
    [`${ALIVE}/healthz`]: () => new Response("ok"),
    [`${ALIVE}/assets/app.js`]: () => {
      delete answers[`${ALIVE}/healthz`];
      return new Response("");
    },
  };
  answering(answers);
  expect(await findReplica(search, false)).toBeNull();
});
