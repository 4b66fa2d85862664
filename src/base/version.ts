/** The version of this build. `--define` sets it at build time; without it, the program runs from its sources. */

declare const BUILD_VERSION: string;
declare const BUILD_COMMIT: string;

/** Version of the package, as in CHANGELOG.md. */
export const VERSION: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-dev";

/** Short commit hash, or "unknown" if it was built without git. */
export const COMMIT: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown";

/** Version of the storage format. A replica refuses a folder of a newer one. */
const STORAGE_FORMAT = 1;

/** The output of --version. */
export function versionText(): string {
  return `lastword ${VERSION} (commit ${COMMIT}, Bun ${Bun.version}, storage format ${STORAGE_FORMAT})\n`;
}
