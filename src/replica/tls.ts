/**
 * The certificate of the page. It is read at the start and then every second, so that a renewed
 * one is served without a restart. The contents of the files are compared; the files are not watched,
 * because renewal tools replace symbolic links to folders, which a watch on a file does not notice.
 */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { done, EXIT, failure, type Outcome } from "../host/exit.ts";
import { systemFailure } from "../host/system-errors.ts";

/** A certificate chain and its key, both PEM, that belong together. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The paths of the chain and the key. */
export interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** Time between two looks at the files. */
const LOOK_MS = 1000;
/** A warning appears this many days before a certificate expires. Renewal tools act at 30 days. */
const SOON_DAYS = 7;

function read(files: CertificateFiles): Certificate {
  const found = { cert: readFileSync(files.certPath, "utf8"), key: readFileSync(files.keyPath, "utf8") };
  // Throws unless both are valid and belong together, so that a half-written renewal is not served.
  createSecureContext(found);
  return found;
}

/** Reads both files. Fails with a sentence if one cannot be read, or if they do not belong together. */
export function readCertificate(files: CertificateFiles): Outcome<Certificate> {
  try {
    return done(read(files));
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (typeof path === "string" && typeof code === "string") {
      const change = "correct --tls-cert and --tls-key";
      return systemFailure(error, { doing: "file", what: `read ${path}`, change, path, exit: EXIT.usage });
    }
    return failure(
      EXIT.usage,
      "--tls-cert and --tls-key cannot be used together",
      "give a certificate chain and its own private key, both as PEM",
    );
  }
}

/** The names and addresses in a certificate, as they appear in URLs. A wildcard keeps its star. */
export function namesOf({ cert }: Certificate): string[] {
  const names = (new X509Certificate(cert).subjectAltName ?? "").split(", ");
  return names.flatMap((name) => {
    const [, kind, value = ""] = /^(DNS|IP Address):"?([^"]*)"?$/.exec(name) ?? [];
    if (kind === undefined) return [];
    const host = value.includes(":") ? `[${value}]` : value;
    return URL.canParse(`https://${host}`) ? [new URL(`https://${host}`).hostname] : [];
  });
}

/**
 * A warning if the certificate has expired, is not valid yet, or expires soon; null otherwise. `now` is ms since 1970.
 * Such a certificate is served nevertheless, because people can pass a browser's warning, but not a missing page.
 */
export function certificateDates({ cert }: Certificate, now: number): string | null {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  const day = (date: Date): string => date.toISOString().slice(0, 16).replace("T", " ");
  if (now > validToDate.getTime()) return `the TLS certificate expired on ${day(validToDate)} UTC`;
  if (now < validFromDate.getTime()) return `the TLS certificate is not valid before ${day(validFromDate)} UTC`;
  const leftDays = Math.floor((validToDate.getTime() - now) / 86_400_000);
  return leftDays < SOON_DAYS ? `the TLS certificate expires on ${day(validToDate)} UTC` : null;
}

/** True if a browser accepts the certificate for this host: a name, or an address (IPv6 in brackets, as in URLs). */
function isFor({ cert }: Certificate, host: string): boolean {
  const certificate = new X509Certificate(cert);
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return (isIP(address) === 0 ? certificate.checkHost(host) : certificate.checkIP(address)) !== undefined;
}

/**
 * Warnings about the certificate of the page at this origin; none without TLS. The certificate must name the announced
 * address, because browsers follow the cluster to it.
 */
export function certificateWarnings(page: {
  readonly certificate: Certificate | null;
  readonly origin: string;
}): string[] {
  const { certificate, origin } = page;
  if (certificate === null) return [];
  const dates = certificateDates(certificate, Date.now());
  const { hostname } = new URL(origin);
  return [
    ...(dates === null ? [] : [`${dates}; renew the file of --tls-cert (it is served without a restart)`]),
    ...(isFor(certificate, hostname)
      ? []
      : [`the TLS certificate does not name ${hostname}, so browsers refuse ${origin}; give --web a name that it has`]),
  ];
}

/** Gets the news of a {@link CertificateWatch}. */
export interface CertificateListener {
  /** There is a new certificate, and it can be served. */
  readonly onChange: (certificate: Certificate) => void;
  /** The files have changed and cannot be served. Called once until they can be. */
  readonly onRefused: () => void;
}

/** Number of looks that must find the files broken before that is reported, because a renewal writes two files. */
const REFUSED_AFTER_LOOKS = 3;

/** Looks for a new certificate every second until it is stopped. */
export class CertificateWatch {
  readonly #files: CertificateFiles;
  readonly #listener: CertificateListener;
  #refusals = 0;
  #served: string;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(files: CertificateFiles, served: Certificate, listener: CertificateListener) {
    this.#files = files;
    this.#served = fingerprint(served);
    this.#listener = listener;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    let found: Certificate;
    try {
      found = read(this.#files);
    } catch {
      // A renewal is in progress, or the files are broken. The old certificate is served until there is a valid new
      // one.
      this.#refusals += 1;
      if (this.#refusals === REFUSED_AFTER_LOOKS) this.#listener.onRefused();
      return;
    }
    this.#refusals = 0;
    const print = fingerprint(found);
    if (print === this.#served) return;
    this.#served = print;
    this.#listener.onChange(found);
  }
}

function fingerprint({ cert, key }: Certificate): string {
  return createHash("sha256").update(cert).update("|").update(key).digest("hex");
}
