/**
 * How the commands of this program talk to its running replicas: calls beside Chat on
 * the same gRPC port, for whoever holds the cluster key. JSON on the wire, because both
 * ends are the same program; not a part of the public API.
 */
import { makeGenericClientConstructor, Metadata, status } from "@grpc/grpc-js";
import type { sendUnaryData, Server, ServerUnaryCall, ServiceDefinition } from "@grpc/grpc-js";
import { clientCredentials } from "../base/grpc-credentials.ts";
import type { ClusterStatusJson } from "./cluster-status.ts";
import { clusterToken } from "../host/cluster-key.ts";
import { tokenCheck } from "../host/token-check.ts";
import type { HostFacts } from "../host/host-facts.ts";

/** SHA-256 over all replicated rows of one replica, the seq that they stand at, and the number of its tables. */
export interface HashAnswer {
  readonly seq: number;
  readonly hash: string;
  readonly schema: number;
}

/** What came of `Enable`. */
export interface EnableAnswer {
  /** The format that is in force now because of it; null if none is. */
  readonly enabled: number | null;
  /** The format that was in force when it was asked for. */
  readonly before: number;
  /** The leader, which acted on it; or the replica that could not pass it on. */
  readonly by: number;
  /** Why none is, for a person: "replica 2 is at 0.1.0". Empty: there is none to enable. */
  readonly lacking: readonly string[];
}

/** Asks to enable the newest format that all replicas but these have announced. */
export interface EnableQuestion {
  readonly without: readonly number[];
  /** By a replica that does not lead: it is not passed on again. */
  readonly passedOn: boolean;
}

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

/** What is asked besides the call itself; only Enable has a question. */
type Question = Partial<EnableQuestion>;

const ANSWER_BYTES_MAX = 1024 * 1024;
const PURPOSE = "control";

function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Whoever holds the key may have another version: what cannot be read is not asked. */
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

/** Asks one replica; null if it does not answer in time or does not accept the key. */
export async function askReplica<Name extends keyof Answers>(
  name: Name,
  at: {
    readonly grpc: string;
    readonly secret: Uint8Array;
    readonly timeoutMs: number;
    readonly question?: Question;
    /** It answered that this is not its key. */
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
