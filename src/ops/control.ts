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

/** What answers the calls. `secret` is that of the cluster key. */
export interface ControlDeps {
  readonly secret: Uint8Array;
  readonly status: () => ClusterStatusJson;
  readonly host: () => HostFacts;
  readonly hash: () => Promise<HashAnswer>;
  readonly enable: (question: EnableQuestion) => Promise<EnableAnswer>;
}

interface Answers {
  Status: ClusterStatusJson;
  Host: HostFacts;
  Hash: HashAnswer;
  Enable: EnableAnswer;
}

/** The parameters of a call; only Enable has any. */
type Question = Partial<EnableQuestion>;

const ANSWER_BYTES_MAX = 1024 * 1024;
const PURPOSE = "control";

function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The caller may run another version, so an unreadable question counts as empty. */
function questionOf(bytes: Buffer): Question {
  try {
    const { without, passedOn } = JSON.parse(bytes.toString("utf8")) as Question;
    const ids = Array.isArray(without) ? without.filter((id) => Number.isInteger(id)) : [];
    return { without: ids, passedOn: passedOn === true };
  } catch {
    return {};
  }
}

const DEFINITION = Object.fromEntries(
  (["Status", "Host", "Hash", "Enable"] as const).map((name) => [
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
    Enable: guarded(({ without = [], passedOn = false }) => deps.enable({ without, passedOn })),
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
    readonly question?: Question;
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
