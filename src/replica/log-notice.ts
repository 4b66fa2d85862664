/** Writes the core's notices to the log. */
import type { Logger } from "../host/logger.ts";
import type { Notice } from "../election/event.ts";
import { printViewNo } from "../election/view.ts";

/** Logs one line for the notice. */
export function logNotice(logger: Logger, notice: Notice): void {
  switch (notice.kind) {
    case "role":
      logger.info("role", { role: notice.role, leader: notice.leaderId });
      return;
    case "view": {
      const members = notice.view.members.map((member) => member.replicaId);
      logger.info("view", { view: printViewNo(notice.view.no), leader: notice.view.leader, members });
      return;
    }
    case "paused":
      logger.warn("paused", { ms: notice.ms });
      return;
    case "merge":
      logger.warn("merged", { peer: notice.winner, count: notice.ops });
      return;
    case "waiting":
      logger.warn("waiting", { missing: notice.missing });
      return;
  }
}
