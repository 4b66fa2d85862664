/** The files of this folder as one table. A kind without a file fails every test that imports the table. */
import { KINDS, type OpKind } from "../../src/chat/kinds/kinds.ts";
import type { KindInTests } from "./kind-in-tests.ts";

/** "setRoomRole": "./set-room-role.ts". */
function pathOf(kind: OpKind): string {
  return `./${kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}

async function load(kind: OpKind): Promise<readonly [OpKind, KindInTests]> {
  const { inTests } = (await import(pathOf(kind))) as { readonly inTests: KindInTests };
  return [kind, inTests];
}

/** What tests do with each kind, in the order of `KINDS`. */
export const IN_TESTS: ReadonlyMap<OpKind, KindInTests> = new Map(
  await Promise.all((Object.keys(KINDS) as OpKind[]).map(load)),
);
