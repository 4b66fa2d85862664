/**
 * The state of the cluster in a few words: one dot for each configured replica, the same
 * dots that messages use to say where they are kept.
 */
import { Icon } from "../page/icons.tsx";
import type { ClusterStatusJson, ReplicaState } from "../../ops/cluster-status.ts";

export interface ClusterSummary {
  /** "3 of 3 servers": for people who use the chat; the words of those who run it are in the panel. */
  readonly text: string;
  /** How much it matters: all is well, less than all is there, one more failure loses something or nothing can be sent. */
  readonly level: "well" | "less" | "danger";
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

/** The view's members that live: where nobody can lead, the newest view still names the dead. */
export function membersHere(status: ClusterStatusJson): number {
  const gone = new Set(
    status.replicas.filter(({ state }) => state === "unreachable" || state === "stopped").map((one) => one.id),
  );
  return status.view.members.filter((id) => !gone.has(id)).length;
}

/** What one more failure does: alone it loses messages; a strict cluster stops while there are copies. */
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

/** One dot a replica: full in step, ringed the leader, amber catching up, hollow away. */
function Dots({ dots }: { dots: readonly ReplicaState[] }) {
  return (
    <span class="dots" aria-hidden="true">
      {dots.map((state) => (
        <i data-state={state} />
      ))}
    </span>
  );
}

/** The slim line, a warning as soon as it is one; the script opens the panel instead of following the link. */
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
