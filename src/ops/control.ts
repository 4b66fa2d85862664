/**
 * The calls with which this program's commands talk to its running replicas. They are on the same
 * gRPC port as Chat and require the cluster key. Messages are JSON, because both ends are the same
 * program. They are not part of the public API.
 */
import { makeGenericClientConstructor, Metadata, status } from "@grpc/grpc-js";
import type { sendUnaryData, Server, ServerUnaryCall, ServiceDefinition } from "@grpc/grpc-js";
import { clientCredentials } from "../base/grpc-credentials.ts";
import type { ClusterStatusJson } from "./cluster-status.ts";
import { clusterToken } from "../host/cluster-key.ts";
import { tokenCheck } from "../host/token-check.ts";
import type { HostFacts } from "../host/host-facts.ts";

/** The hash over all replicated rows of one replica, and the seq and schema number it belongs to. */
export interface HashAnswer {
  readonly seq: number;
  readonly hash: string;
  readonly schema: number;
}

/** The result of `Enable`. */
export interface EnableAnswer {
  /** The format that this call enabled; null if it enabled none. */
  readonly enabled: number | null;
  /** The format that was in force before. */
  readonly before: number;
  /** The leader, which carried it out, or the replica that could not pass it on. */
  readonly by: number;
  /** Why no format was enabled, for a person: "replica 2 is at 0.1.0". Empty if there is none to enable. */
  readonly lacking: readonly string[];
}

/** Asks to enable the newest format that all replicas have announced except those in `without`. */
export interface EnableQuestion {
  readonly without: readonly number[];
  /** True if a replica that does not lead has passed the question on. It is not passed on a second time. */
  readonly passedOn: boolean;
}

/** Asks who has an account, by name, after this name; "" for the first page. */
export interface PeopleQuestion {
  readonly after: string;
}

/** A page of people; `next` is the last name if there may be more, otherwise null. */
export interface PeopleAnswer {
  readonly people: readonly {
    readonly name: string;
    readonly role: string;
    /** Nobody can log in to the account. */
    readonly deactivated: boolean;
    readonly online: boolean;
    /** Microseconds since 1970; 0 if never. */
    readonly lastSeenMicros: number;
  }[];
  readonly next: string | null;
}

/** Asks to give a person a role. */
export interface RoleQuestion {
  readonly person: string;
  readonly role: string;
}

/** The result of `GiveRole` and `SetActive`: the person's name and role now, or why nothing was changed. */
export type RoleAnswer =
  | { readonly ok: true; readonly name: string; readonly role: string }
  | { readonly ok: false; readonly sentence: string };

/** Asks for a link by which people create accounts. With the role "owner" for that of the first account, which has no terms. */
export interface InviteQuestion {
  readonly role: string;
  readonly rooms: readonly string[];
  readonly uses: number;
  readonly seconds: number;
}

/** The result of `Invite`: the last part of the link and when it expires (RFC 3339; null: once it is used), or why there is none. */
export type InviteAnswer =
  | { readonly ok: true; readonly token: string; readonly expires: string | null }
  | { readonly ok: false; readonly sentence: string };

/** Asks for a link for a new password of a person. */
export interface ResetQuestion {
  readonly person: string;
}

/** The result of `Reset`: whose password, the last part of the link, when it expires (RFC 3339); or why there is none. */
export type ResetAnswer =
  | { readonly ok: true; readonly name: string; readonly token: string; readonly expires: string }
  | { readonly ok: false; readonly sentence: string };

/** Asks to deactivate or reactivate an account. */
export interface ActiveQuestion {
  readonly person: string;
  readonly active: boolean;
}

/** What answers the calls. `secret` is that of the cluster key. */
export interface ControlDeps {
  readonly secret: Uint8Array;
  readonly status: () => ClusterStatusJson;
  readonly host: () => HostFacts;
  readonly hash: () => Promise<HashAnswer>;
  readonly enable: (question: EnableQuestion) => Promise<EnableAnswer>;
  readonly people: (question: PeopleQuestion) => Promise<PeopleAnswer>;
  readonly giveRole: (question: RoleQuestion) => Promise<RoleAnswer>;
  readonly invite: (question: InviteQuestion) => Promise<InviteAnswer>;
  readonly reset: (question: ResetQuestion) => Promise<ResetAnswer>;
  readonly setActive: (question: ActiveQuestion) => Promise<RoleAnswer>;
}

/** The answer to each call. */
export interface Answers {
  Status: ClusterStatusJson;
  Host: HostFacts;
  Hash: HashAnswer;
  Enable: EnableAnswer;
  People: PeopleAnswer;
  GiveRole: RoleAnswer;
  Invite: InviteAnswer;
  Reset: ResetAnswer;
  SetActive: RoleAnswer;
}

/** The parameters of a call. The caller may run another version, so each call looks at what it gets. */
type Question = Readonly<Record<string, unknown>>;

const ANSWER_BYTES_MAX = 1024 * 1024;
const PURPOSE = "control";

function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A question that cannot be read counts as empty. */
function questionOf(bytes: Buffer): Question {
  try {
    const question = JSON.parse(bytes.toString("utf8")) as unknown;
    return typeof question === "object" && question !== null ? (question as Question) : {};
  } catch {
    return {};
  }
}

function enableQuestion({ without, passedOn }: Question): EnableQuestion {
  const ids = Array.isArray(without) ? without.filter((id): id is number => Number.isInteger(id)) : [];
  return { without: ids, passedOn: passedOn === true };
}

function inviteQuestion({ role, rooms, uses, seconds }: Question): InviteQuestion {
  const names = Array.isArray(rooms) ? rooms.filter((name) => typeof name === "string") : [];
  return { role: textOf(role), rooms: names, uses: Number(uses), seconds: Number(seconds) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const DEFINITION = Object.fromEntries(
  (["Status", "Host", "Hash", "Enable", "People", "GiveRole", "Invite", "Reset", "SetActive"] as const).map((name) => [
    name,
    {
      path: `/lastword.v1.Control/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: encode,
      requestDeserialize: questionOf,
      responseSerialize: encode,
      responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString("utf8")) as unknown,
    },
  ]),
) as ServiceDefinition;

/** Adds the calls to a replica's gRPC server. */
export function addControlService(server: Server, deps: ControlDeps): void {
  const isRight = tokenCheck(`Bearer ${clusterToken(deps.secret, PURPOSE)}`);
  const guarded =
    (answer: (question: Question) => Promise<unknown>) =>
    (call: ServerUnaryCall<Question, unknown>, reply: sendUnaryData<unknown>): void => {
      if (!isRight(String(call.metadata.get("authorization")[0] ?? ""))) {
        reply({ code: status.UNAUTHENTICATED, details: "cluster key only" });
        return;
      }
      answer(call.request).then(
        (value) => reply(null, value),
        () => reply({ code: status.INTERNAL, details: "" }),
      );
    };
  server.addService(DEFINITION, {
    Status: guarded(async () => deps.status()),
    Host: guarded(async () => deps.host()),
    Hash: guarded(() => deps.hash()),
    Enable: guarded((question) => deps.enable(enableQuestion(question))),
    People: guarded(({ after }) => deps.people({ after: textOf(after) })),
    GiveRole: guarded(({ person, role }) => deps.giveRole({ person: textOf(person), role: textOf(role) })),
    Invite: guarded((question) => deps.invite(inviteQuestion(question))),
    Reset: guarded(({ person }) => deps.reset({ person: textOf(person) })),
    SetActive: guarded(({ person, active }) => deps.setActive({ person: textOf(person), active: active === true })),
  });
}

const ControlConnection = makeGenericClientConstructor(DEFINITION, "Control");

/** Calls one replica. Null if it does not answer within `timeoutMs`, or refuses the key. */
export async function askReplica<Name extends keyof Answers>(
  name: Name,
  at: {
    readonly grpc: string;
    readonly secret: Uint8Array;
    readonly timeoutMs: number;
    readonly question?: object;
    /** Called if the replica refuses the key. */
    readonly onRefused?: () => void;
  },
): Promise<Answers[Name] | null> {
  const connection = new ControlConnection(at.grpc, clientCredentials(), {
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.max_receive_message_length": ANSWER_BYTES_MAX,
  });
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${clusterToken(at.secret, PURPOSE)}`);
  const { path, requestSerialize, responseDeserialize } = DEFINITION[name]!;
  try {
    return await new Promise<Answers[Name] | null>((resolve) => {
      connection.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        at.question ?? {},
        metadata,
        { deadline: Date.now() + at.timeoutMs },
        (error, value) => {
          if (error?.code === status.UNAUTHENTICATED) at.onRefused?.();
          resolve(error === null ? (value as Answers[Name]) : null);
        },
      );
    });
  } finally {
    connection.close();
  }
}
