/**
 * Who may ask what of the stats port. Pure: a caller and the rules in, a refusal or nothing out.
 *
 *     route      token set                       no token
 *     anyone     yes                             yes
 *     page       yes                             callers on this machine
 *     operator   with `Authorization: Bearer`    callers on this machine, and no web page of elsewhere
 *
 * A browser on this machine is a caller on this machine, whatever page it shows. So without a token two things are looked at:
 * the Host header must be a name of this machine (a page whose own name was made to point here, "DNS rebinding", sends its own),
 * and a change must not come from a page of another site: the browser says so in Origin, and in Sec-Fetch-Site where it asks by
 * a loopback name, which a change therefore needs. With a token nothing of that is looked at: a page that does not hold it cannot
 * send it. A request that a proxy on this machine passes on is its sender's.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Route } from "./route.ts";

export interface AccessRules {
  /** `admin_token`. */
  readonly token: string | undefined;
  /** Names of this machine besides addresses and localhost. */
  readonly hostNames: readonly string[];
}

export interface Caller {
  /** Address of the other end. */
  readonly address: string;
  readonly headers: Headers;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
  readonly headers?: Record<string, string>;
}

/** Why this caller may not, or undefined. */
export function refusalOf(
  { access, changes }: Pick<Route, "access" | "changes">,
  caller: Caller,
  { token, hostNames }: AccessRules,
): Refusal | undefined {
  if (access === "anyone") return undefined;
  const { headers } = caller;
  if (token !== undefined) {
    if (access === "page" || holdsToken(headers.get("authorization"), token)) return undefined;
    const reason = "this path needs the admin_token of the configuration, as Authorization: Bearer TOKEN";
    return { status: 401, reason, headers: { "www-authenticate": 'Bearer realm="dynomite"' } };
  }
  if (!isLoopback(caller.address) || headers.has("x-forwarded-for") || headers.has("forwarded")) {
    return refuse("without admin_token in the configuration this path is only for callers on this machine");
  }
  const host = headers.get("host");
  if (host !== null && !isOwnName(host, changes ? [] : hostNames)) {
    const reason = `the Host header ${JSON.stringify(host)} may be another's name for this machine`;
    return refuse(`${reason}; ask by 127.0.0.1 or localhost, or set admin_token`);
  }
  if (changes && comesFromElsewhere(headers)) {
    return refuse(
      "a web page of another site may not change this node; set admin_token for tools that run in a browser",
    );
  }
  return undefined;
}

function refuse(reason: string): Refusal {
  return { status: 403, reason };
}

/** Does this Authorization header hold the token? Takes as long whatever it holds. */
function holdsToken(header: string | null, token: string): boolean {
  const match = /^bearer +(\S+)\s*$/i.exec(header ?? "");
  // Digests are of one length, so that neither the token's length nor its beginning can be told by time.
  return timingSafeEqual(digest(match?.[1] ?? ""), digest(token)) && match !== null;
}

function digest(value: string): Uint8Array {
  return createHash("sha256").update(value).digest();
}

/** Is it an address of this machine alone: 127.0.0.0/8, ::1, or the former as IPv6 shows it? */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain) || plain === "::1" ||
    /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/i.test(plain);
}

/** Is that a loopback address, localhost, or one of `hostNames`? */
function isOwnName(host: string, hostNames: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
  if (isLoopback(name.replace(/^\[(.*)\]$/, "$1")) || name === "localhost" || name.endsWith(".localhost")) return true;
  return hostNames.some((own) => own.toLowerCase() === name);
}

/** Did a browser send it for a page that is not ours? `none` is what a person typed. */
function comesFromElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = headers.get("origin");
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headers.get("host")?.toLowerCase();
}
