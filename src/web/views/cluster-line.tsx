/**
 * The state of the cluster in a few words: one dot for each configured replica, the same
 * dots that messages use to say where they are kept.
 */
import type { ClusterStatusJson, ReplicaState } from "../../election/cluster-status.ts";

export interface ClusterSummary {
  /** "3 of 3 replicas, leader 1". */
  readonly text: string;
  readonly inStep: number;
  readonly configured: number;
  /** One word for each replica, ascending by id. */
  readonly dots: readonly ReplicaState[];
  /** A sentence when something is not as it should be, else "". */
  readonly note: string;
}

/** What people need to know at a glance. */
export function summarize(status: ClusterStatusJson): ClusterSummary {
  const inStep = status.view.members.length;
  const configured = status.view.configured.length;
  const leader = status.view.leader === null ? "no leader" : `leader ${status.view.leader}`;
  const protection = status.protected === 0 && configured > 1 ? ", not yet protected" : "";
  return {
    text: `${inStep} of ${configured} replicas, ${leader}${protection}`,
    inStep,
    configured,
    dots: status.replicas.map((replica) => replica.state),
    note: noteOf(status),
  };
}

function noteOf(status: ClusterStatusJson): string {
  if (!status.writable)
    return status.reason ?? "Messages cannot be sent at the moment. They wait here and go by themselves.";
  if (status.view.forkRisk !== null && status.view.forkRisk.length > 0) {
    return `Replica ${status.view.forkRisk.join(" and ")} may hold messages that are not here yet. They appear when it returns.`;
  }
  if (status.protected === 0 && status.view.configured.length > 1) {
    return "Not yet protected: one replica holds everything. Start another and it catches up by itself.";
  }
  return "";
}

/** One dot a replica: full in step, ringed the leader, amber catching up, hollow away. */
export function Dots({ dots }: { dots: readonly ReplicaState[] }) {
  return (
    <span class="dots" aria-hidden="true">
      {dots.map((state) => (
        <i data-state={state} />
      ))}
    </span>
  );
}

/** The slim line; the script opens the panel instead of following the link. */
export function ClusterLine({ status }: { status: ClusterStatusJson }) {
  const summary = summarize(status);
  return (
    <a
      id="cluster-line"
      class="cluster-line"
      href="/cluster"
      data-kept={summary.inStep}
      data-of={summary.configured}
      title={summary.note}
    >
      <Dots dots={summary.dots} />
      <span class="text">{summary.text}</span>
    </a>
  );
}
