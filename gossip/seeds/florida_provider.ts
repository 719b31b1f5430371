/**
 * Nodes from an HTTP service, by the name of the one that Netflix ran: a GET whose answer's body is the list. Whatever
 * `fetch` understands of HTTP is understood: chunked and compressed bodies, redirects, answers without a length.
 */
import type { NodeDescription } from "../../core/ring/topology.ts";
import { formatAddress } from "../../core/transport.ts";
import { readBoundedText } from "./bounded_text.ts";
import { defaultRequest, type HttpRequest, parseHttpRequest } from "./http_request.ts";
import { ANSWER_BYTES_MAX, type SeedsProvider } from "./provider.ts";
import { type ParseRecord, parseRecords } from "./records.ts";
import { badVariable, readPort, type ReadVariable } from "./variables.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = "8080";

export class FloridaProvider implements SeedsProvider {
  readonly name: string;
  readonly #url: string;
  readonly #request: HttpRequest;
  readonly #parse: ParseRecord;

  /** Whom it asks is read from the environment, once. Throws when that cannot be used. */
  constructor(read: ReadVariable, parse: ParseRecord) {
    const host = read("DYNOMITE_FLORIDA_IP") ?? DEFAULT_HOST;
    const port = readPort("DYNOMITE_FLORIDA_PORT", read("DYNOMITE_FLORIDA_PORT") ?? DEFAULT_PORT);
    const written = read("DYNOMITE_FLORIDA_REQUEST") ?? defaultRequest;
    try {
      this.#request = parseHttpRequest(written);
    } catch (error) {
      throw badVariable("DYNOMITE_FLORIDA_REQUEST", written, (error as Error).message);
    }
    this.#url = `http://${formatAddress({ kind: "tcp", host, port })}${this.#request.target}`;
    if (!URL.canParse(this.#url)) {
      throw badVariable("DYNOMITE_FLORIDA_IP", host, "is no host; accepted is an address or a name");
    }
    this.name = `florida_provider ${this.#url}`;
    this.#parse = parse;
  }

  async ask(signal: AbortSignal): Promise<readonly NodeDescription[]> {
    // One for each question, so that no idle connection is left; it also lets the Host of the request through.
    using client = Deno.createHttpClient({ allowHost: true, poolMaxIdlePerHost: 0 });
    const { method, headers, body } = this.#request;
    const answer = await fetch(this.#url, {
      client,
      signal,
      method,
      headers: headers.map(([name, value]) => [name, value]),
      ...(body === undefined ? {} : { body }),
    }).catch((error) => {
      throw signal.aborted ? signal.reason : new Error(innermost(error), { cause: error });
    });
    if (answer.status !== 200 || answer.body === null) {
      await answer.body?.cancel();
      throw new Error(`the answer is HTTP status ${answer.status}`);
    }
    return parseRecords(await readBoundedText(answer.body, ANSWER_BYTES_MAX), this.#parse);
  }
}

/** `connection refused`, of all that fetch says around it. */
function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  const text = inner instanceof Error ? inner.message : String(inner);
  return text.replace(/ \(os error \d+\)$/, "").split(": ").at(-1)!.toLowerCase();
}
