/** What the build says about itself: `--define` puts it in; from the sources it is a development run. */

declare const BUILD_VERSION: string;
declare const BUILD_COMMIT: string;

/** Version of the package, as in CHANGELOG.md. */
export const VERSION: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-dev";

/** Short commit hash, or "unknown" if it was built without git. */
export const COMMIT: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown";

/** Version of what is on the disk; a newer one on the disk is refused. */
export const STORAGE_FORMAT = 1;

/** Answer to --version. */
export function versionText(): string {
  return `lastword ${VERSION} (commit ${COMMIT}, Bun ${Bun.version}, storage format ${STORAGE_FORMAT})\n`;
}
