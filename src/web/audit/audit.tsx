/** The page of the audit log: who did what, and when. */
import type { AuditView } from "../../chat/admin-service.ts";
import { Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";

interface AuditProps {
  readonly entries: readonly AuditView[];
  /** The id below which the next page begins; null if this is the last page. */
  readonly next: number | null;
}

/** One line for each entry, the newest first. */
export function AuditPage({ entries, next }: AuditProps) {
  return (
    <section class="page audit" aria-labelledby="audit-title">
      <PageHead title="Audit log" id="audit-title" note="What was done in the last 400 days">
        <a class="button" href="/people">
          People
        </a>
      </PageHead>
      <p class="small admin-links">
        <a href="/audit/export?format=csv">Export as CSV</a>
        <a href="/audit/export?format=json">Export as JSON</a>
      </p>
      <ul class="links">
        {entries.map((entry) => (
          <li>
            <span class="link-text">
              {sentenceOf(entry)}
              {entry.recovered ? <span class="tag">merged</span> : null}
              <span class="small">
                <Time micros={entry.micros} style="from" />
              </span>
            </span>
          </li>
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/audit?before=${next}`}>Earlier</a>
        </p>
      )}
    </section>
  );
}

/** "ada made ben an admin." */
export function sentenceOf({ actor, action, person, link, room, detail }: AuditView): string {
  const by = actor === null ? "An operator" : actor.name;
  const whom = person?.name ?? "";
  const where = room === "" ? "a private room" : `#${room ?? ""}`;
  const role = `${detail === "member" || detail === "guest" ? "a" : "an"} ${detail}`;
  switch (action) {
    case "register":
      return `${by} created an account${link === null ? "" : " by a link"}.`;
    case "overuse":
      return `${by} came by a link that had been used up on the other side of a split.`;
    case "lateUse":
      return `${whom} had come by a link that was withdrawn on the other side of a split, and is deactivated.`;
    case "makeInvite":
      return `${by} made a link that invites people.`;
    case "revokeInvite":
      return `${by} withdrew a link.`;
    case "setRole":
      return `${by} made ${whom} ${role}.`;
    case "makeReset":
      return `${by} made a link for a new password of ${whom}.`;
    case "resetPassword":
      return `${by} set a new password by a link.`;
    case "deactivate":
      return `${by} deactivated the account of ${whom}.`;
    case "reactivate":
      return `${by} reactivated the account of ${whom}.`;
    case "report":
      return `${by} reported a message of ${whom}.`;
    case "settleReport":
      return `${by} dealt with a report of a message of ${whom}.`;
    case "makeRoom":
      return `${by} made ${where}.`;
    case "archiveRoom":
      return `${by} archived ${where}.`;
    case "openRoom":
      return `${by} opened ${where} again.`;
    case "removeFromRoom":
      return `${by} removed ${whom} from ${where}.`;
    case "banFromRoom":
      return `${by} banned ${whom} from ${where}.`;
    case "unbanFromRoom":
      return `${by} lifted the ban of ${whom} from ${where}.`;
    case "setRoomRole":
      return `${by} made ${whom} ${role} of ${where}.`;
    case "deleteAccount":
      return `${by} deleted the account.`;
  }
}
