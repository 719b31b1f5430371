/**
 * Asks the stats port of a node. An answer has a limit of time and of size; whatever goes wrong is one sentence that names the
 * node. node:http and not fetch, which would send the question to the proxy of the environment (HTTP_PROXY), loopback
 * addresses too.
 */
import { type IncomingMessage, request } from "node:http";
import { type GenericSchema, type InferOutput, safeParse } from "valibot";
import { messageOf } from "../../core/logger.ts";
import { formatAddress } from "../../core/transport.ts";
import type { TcpAddress } from "./arguments.ts";

/** A question without a good answer. The message is whole. */
export class AdminError extends Error {
  override name = "AdminError";
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** A cluster of thousands of nodes with many tokens stays below this. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** What watches a cluster needs of it. */
export interface InfoSource {
  readonly address: TcpAddress;
  readonly name: string;
  object<S extends GenericSchema>(path: string, schema: S): Promise<InferOutput<S>>;
  at(address: TcpAddress, timeoutMs: number): InfoSource;
}

export class AdminClient implements InfoSource {
  readonly address: TcpAddress;
  /** `host:port`. */
  readonly name: string;
  readonly #token: string | undefined;
  readonly #timeoutMs: number;

  constructor(address: TcpAddress, { token, timeoutMs }: { readonly token?: string | undefined; timeoutMs: number }) {
    this.address = address;
    this.name = formatAddress(address);
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  /** The stats port of another node, which is not told the token. It has the shorter of the two limits of time. */
  at(address: TcpAddress, timeoutMs: number): AdminClient {
    return new AdminClient(address, { timeoutMs: Math.min(timeoutMs, this.#timeoutMs) });
  }

  /** Asks for a path. Throws an AdminError when there is no answer; one of any status is one. */
  async get(path: string): Promise<AdminAnswer> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await this.#ask(path, signal);
    } catch (error) {
      const reason = signal.aborted ? `nothing within ${this.#timeoutMs} ms` : describeFailure(error);
      throw new AdminError(`${this.name} does not answer: ${reason}`);
    }
  }

  /** The object at a path. Throws an AdminError when there is no answer, when it is a refusal, or another object. */
  async object<S extends GenericSchema>(path: string, schema: S): Promise<InferOutput<S>> {
    const body = await this.text(path);
    let read: unknown;
    try {
      read = JSON.parse(body);
    } catch {
      throw new AdminError(`${this.name} answers ${pathOf(path)} with something else than JSON: is it a stats port?`);
    }
    const result = safeParse(schema, read);
    if (result.success) return result.output;
    throw new AdminError(`${this.name} answers ${pathOf(path)} otherwise than expected: ${result.issues[0].message}`);
  }

  /** The body at a path. Throws an AdminError when there is no answer, or when it is a refusal. */
  async text(path: string): Promise<string> {
    const { status, body } = await this.get(path);
    if (status === 200) return body;
    const reason = body.trim().split("\n")[0] ?? "";
    if (status === 401) {
      throw new AdminError(
        `${this.name} refuses ${
          pathOf(path)
        }: it wants its admin_token; set DYNOMITE_ADMIN_TOKEN, or give -c or --token`,
      );
    }
    throw new AdminError(`${this.name} answers ${pathOf(path)} with status ${status}: ${reason}`);
  }

  #ask(path: string, signal: AbortSignal): Promise<AdminAnswer> {
    const { host, port } = this.address;
    const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, headers, agent: false, signal }, (response) => {
        collect(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      asked.on("error", reject);
      asked.end();
    });
  }
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function pathOf(path: string): string {
  return path.replace(/\?.*$/, "");
}

/** Why, in a few words. */
function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return "connection refused";
  return messageOf(error);
}
