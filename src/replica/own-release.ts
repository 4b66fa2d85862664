/** What this executable understands, collected from the rooms that know it. */
import { OP_FORMAT } from "../chat/kinds/kinds.ts";
import { SCHEMA } from "../db/state/connection.ts";
import { PEER_PROTOCOL, type Release } from "../election/release.ts";
import { VERSION } from "../base/version.ts";

/** The release of this executable; it is constant. */
export function ownRelease(): Release {
  return { version: VERSION, ...PEER_PROTOCOL, opFormat: OP_FORMAT, schema: SCHEMA };
}
