/**
 * The state of the cluster in a few words, with one dot for each configured replica.
 */
import { Icon } from "../page/icons.tsx";
import type { ClusterStatusJson, ReplicaState } from "../../ops/cluster-status.ts";

export interface ClusterSummary {
  /** "3 of 3 servers": plain words for people who use the chat. The panel has the words for those who run it. */
  readonly text: string;
  /**
   * "less": a replica is missing. "danger": one more failure loses messages or stops the chat, or nothing can be sent.
   */
  readonly level: "well" | "less" | "danger";
  readonly inStep: number;
  readonly configured: number;
  /** The state of each replica, in the order of their ids. */
  readonly dots: readonly ReplicaState[];
  /** A sentence about what is wrong; "" if all is well. */
  readonly note: string;
}

/** Summarizes the state of the cluster. */
export function summarize(status: ClusterStatusJson): ClusterSummary {
  const inStep = status.view.members.length;
  const configured = status.view.configured.length;
  const here = membersHere(status);
  const count = `${here} of ${configured} ${configured === 1 ? "server" : "servers"}`;
  const danger = !status.writable
    ? ", sending is paused"
    : status.protected > 0 || configured === 1
      ? ""
      : dangerText(here);
  return {
    text: count + danger,
    level: danger !== "" ? "danger" : here < configured ? "less" : "well",
    inStep,
    configured,
    dots: status.replicas.map((replica) => replica.state),
    note: noteOf(status),
  };
}

/** The number of members of the view that are alive. If nobody can lead, the newest view still names dead replicas. */
export function membersHere(status: ClusterStatusJson): number {
  const gone = new Set(
    status.replicas.filter(({ state }) => state === "unreachable" || state === "stopped").map((one) => one.id),
  );
  return status.view.members.filter((id) => !gone.has(id)).length;
}

/**
 * What one more failure would do: the last replica would lose messages; a strict cluster would stop with copies left.
 */
function dangerText(here: number): string {
  return here <= 1 ? ", no spare copy" : ", no spare server";
}

function noteOf(status: ClusterStatusJson): string {
  if (!status.writable)
    return `Messages cannot be sent at the moment${status.reason === null ? "" : ` (${status.reason})`}. They wait here and are sent when the servers are back.`;
  if (status.view.forkRisk !== null && status.view.forkRisk.length > 0) {
    return `Replica ${status.view.forkRisk.join(" and ")} may hold messages that are not here yet. They appear when it is back.`;
  }
  if (status.protected === 0 && status.view.configured.length > 1) {
    if (membersHere(status) > 1)
      return "No spare server: if one more replica fails, nothing can be sent. Start another replica; it catches up by itself.";
    return "No spare copy: if the disk of this replica fails now, messages are lost. Start another replica; it catches up by itself.";
  }
  return "";
}

/** One dot for each replica: full if in step, ringed for the leader, amber if catching up, hollow if away. */
function Dots({ dots }: { dots: readonly ReplicaState[] }) {
  return (
    <span class="dots" aria-hidden="true">
      {dots.map((state) => (
        <i data-state={state} />
      ))}
    </span>
  );
}

/**
 * The line in the top bar, which becomes a warning if need be. The script opens the panel instead of the link's page.
 */
export function ClusterLine({ status }: { status: ClusterStatusJson }) {
  const summary = summarize(status);
  return (
    <a
      id="cluster-line"
      class="cluster-line"
      href="/cluster"
      data-kept={summary.inStep}
      data-of={summary.configured}
      data-level={summary.level}
      title={summary.note}
    >
      <Dots dots={summary.dots} />
      <Icon name="warning" />
      <span class="text">{summary.text}</span>
    </a>
  );
}
