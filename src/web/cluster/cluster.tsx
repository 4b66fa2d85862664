/** The panel for those who run the chat: the replicas with their states and addresses, recent events, and details. */
import type { ClusterStatusJson, ReplicaStatusJson } from "../../ops/cluster-status.ts";
import { membersHere, summarize } from "./cluster-line.tsx";
import { Icon } from "../page/icons.tsx";
import { PageOwner, PostForm } from "../page/post-form.tsx";
import { Time } from "../page/names.tsx";

const EVENTS_SHOWN = 12;

function micros(rfc3339: string): number {
  const ms = Date.parse(rfc3339);
  return Number.isNaN(ms) ? 0 : ms * 1000;
}

function protection(status: ClusterStatusJson): string {
  if (status.protected <= 0) return "";
  if (status.protected === 1) return "One more replica can fail without a loss.";
  return `${status.protected} more replicas can fail, even at once, without a loss.`;
}

function failoverText(status: ClusterStatusJson): string | null {
  const last = status.lastFailover;
  if (last === null) return null;
  return `Replica ${last.to} took over from ${last.from} in ${last.ms} ms`;
}

function formatText({ formats: { inForce, next, lacking } }: ClusterStatusJson): string {
  if (next === null) return `${inForce}`;
  return `${inForce}; ${next} ${lacking.length === 0 ? "is being enabled" : `waits: ${lacking.join(", ")}`}`;
}

interface PanelProps {
  readonly status: ClusterStatusJson;
  /** In a demo, the id of the user, who may kill replicas; otherwise null. */
  readonly owner: string | null;
}

/** The content of the panel and of the page /cluster. The script refreshes it while the panel is open. */
export function ClusterPanel({ status, owner }: PanelProps) {
  const summary = summarize(status);
  return (
    <div id="cluster" class="cluster">
      <header class="head">
        <div class="who">
          <h2>
            {membersHere(status)} of {status.view.configured.length} replicas in step
          </h2>
          <p class="small">{protection(status)}</p>
          {status.filesOn === undefined ? null : (
            <p class="small">
              Messages on {status.view.members.length} of {status.view.configured.length}, files on {status.filesOn} of{" "}
              {status.view.configured.length}. The others fetch what they lack.
            </p>
          )}
        </div>
        <form method="dialog" class="needs-script">
          <button class="plain" type="submit">
            <Icon name="close" />
            <span class="sr">Close</span>
          </button>
        </form>
      </header>
      {summary.note === "" ? null : (
        <p class={summary.level === "danger" ? "said warning" : "said"}>
          {summary.level === "danger" ? <Icon name="warning" /> : null}
          <span>{summary.note}</span>
        </p>
      )}
      <ul class="replicas">
        {status.replicas.map((replica) => (
          <Replica replica={replica} status={status} owner={owner} />
        ))}
      </ul>
      {owner === null ? null : (
        <p class="small">This is a demo: kill any replica, even this page’s, and go on writing.</p>
      )}
      <h3>Recent events</h3>
      <Events events={status.events} />
      <Details status={status} />
    </div>
  );
}

function Events({ events }: Pick<ClusterStatusJson, "events">) {
  if (events.length === 0) return <p class="small">None yet.</p>;
  return (
    <ol class="timeline">
      {events
        .slice(-EVENTS_SHOWN)
        .toReversed()
        .map((event) => (
          <li data-kind={event.kind}>
            <Time micros={micros(event.at)} style="second" />
            <span>{event.text}</span>
          </li>
        ))}
    </ol>
  );
}

function Details({ status }: { status: ClusterStatusJson }) {
  const failover = failoverText(status);
  return (
    <details id="cluster-details">
      <summary>Details</summary>
      <dl class="facts">
        <div>
          <dt>View</dt>
          <dd>{status.view.no}</dd>
        </div>
        <div>
          <dt>Committed</dt>
          <dd>{status.seq.committed}</dd>
        </div>
        <div>
          <dt>Format</dt>
          <dd>{formatText(status)}</dd>
        </div>
        <div>
          <dt>Peer protocol</dt>
          <dd>{status.formats.peerProtocol ?? "none in common"}</dd>
        </div>
        <div>
          <dt>Mode</dt>
          <dd>
            {status.consistency}, recovery {status.recovery}
          </dd>
        </div>
        {failover === null ? null : (
          <div>
            <dt>Last failover</dt>
            <dd>{failover}</dd>
          </div>
        )}
        {status.replicas.map((replica) => (
          <ReplicaFacts replica={replica} />
        ))}
      </dl>
    </details>
  );
}

const STATE_TEXT: Record<ReplicaStatusJson["state"], string> = {
  leader: "in step, leader",
  follower: "in step",
  learner: "catching up",
  recovering: "starting",
  unreachable: "not reachable",
  stopped: "stopped",
};

/** Kills the replica with SIGKILL, or starts it again. */
function DemoOrder({ replica, owner }: { replica: ReplicaStatusJson; owner: string }) {
  const isGone = replica.state === "unreachable" || replica.state === "stopped";
  return (
    <PageOwner.Provider value={owner}>
      <PostForm action="/demo/replicas" class="demo-order">
        <input type="hidden" name="replica" value={String(replica.id)} />
        <button type="submit" name="order" value={isGone ? "start" : "kill"} class={isGone ? "" : "danger"}>
          {isGone ? "Start" : "Kill"}
          <span class="sr"> replica {replica.id}</span>
        </button>
      </PostForm>
    </PageOwner.Provider>
  );
}

function Replica({ replica, status, owner }: { replica: ReplicaStatusJson } & PanelProps) {
  const behind = replica.lag === null || replica.lag === 0 ? "" : `, ${replica.lag} behind`;
  return (
    <li class="replica" data-state={replica.state}>
      <span class="dots" aria-hidden="true">
        <i data-state={replica.state} />
      </span>
      <div>
        <p>
          <strong>Replica {replica.id}</strong> {STATE_TEXT[replica.state]}
          {behind}
          {replica.id === status.self ? <span class="small"> · serves this page</span> : null}
        </p>
        <p class="small">
          {replica.web ?? "address unknown"}
          {replica.version === null ? null : ` · version ${replica.version}`}
          {replica.since === null ? null : (
            <>
              {" · since "}
              <Time micros={micros(replica.since)} style="from" />
            </>
          )}
        </p>
      </div>
      {owner === null ? null : <DemoOrder replica={replica} owner={owner} />}
    </li>
  );
}

/** The formats and the process of a replica that can be reached, and the entries that wait there for a newer format. */
function ReplicaFacts({ replica: { id, pid, release, heldOps = 0 } }: { replica: ReplicaStatusJson }) {
  const parts: string[] = [];
  if (release !== undefined) {
    const { opFormat, schema, peerOldest, peerNewest } = release;
    const protocol = peerOldest === peerNewest ? `${peerNewest}` : `${peerOldest} to ${peerNewest}`;
    parts.push(`format ${opFormat}, schema ${schema}, peer protocol ${protocol}`);
  }
  if (pid !== null) parts.push(`process ${pid}`);
  if (heldOps > 0) parts.push(`${heldOps === 1 ? "1 entry waits" : `${heldOps} entries wait`} for a newer format`);
  if (parts.length === 0) return null;
  return (
    <div>
      <dt>Replica {id}</dt>
      <dd>{parts.join("; ")}</dd>
    </div>
  );
}
