/** Preloaded by the runner: the files of stories in one process share a browser and a cluster until the last file ends. */
import { afterAll } from "bun:test";
import { closeShared, HOOK_MS, keepSharedOpen } from "./stage.ts";

keepSharedOpen();
afterAll(closeShared, HOOK_MS);
