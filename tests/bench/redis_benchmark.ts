/** One run of `redis-benchmark`: one command, one load, one server. */

/** How many clients send how much at a time. */
export interface Load {
  readonly name: string;
  readonly clients: number;
  /** Requests a client sends before it waits for the answers. */
  readonly depth: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The seed's commands and what redis-benchmark calls them. */
export const commands: Readonly<Record<string, string>> = {
  PING_INLINE: "ping_inline",
  PING_BULK: "ping_mbulk",
  SET: "set",
  GET: "get",
  INCR: "incr",
  SADD: "sadd",
};

/** A server that answers nothing must not stop the rest. */
const TIMEOUT_MS = 120_000;

/** Runs it to its end, or until `stop`. Throws with its output when it did not come to a result. */
export async function measure(
  port: number,
  command: string,
  load: Load,
  requests: number,
  stop: AbortSignal,
): Promise<Measured> {
  const { stdout, stderr } = await new Deno.Command("redis-benchmark", {
    args: [
      ...["-p", String(port), "-t", commands[command]!, "-n", String(requests), "--csv"],
      ...["-c", String(load.clients), "-P", String(load.depth)],
    ],
    stdin: "null",
    signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
  }).output();
  const text = new TextDecoder().decode(stdout);
  // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
  const row = text.split("\n").find((line) => line.startsWith('"') && !line.startsWith('"test"'));
  const numbers = row?.split(",").slice(1).map((cell) => toNumber(cell.replaceAll('"', ""))) ?? [];
  const [requestsPerSecond, , , p50Ms, , p99Ms] = numbers;
  if (requestsPerSecond === undefined || p50Ms === undefined || p99Ms === undefined || !(requestsPerSecond > 0)) {
    throw new Error(`redis-benchmark gave no result: ${text}${new TextDecoder().decode(stderr)}`);
  }
  return { requestsPerSecond, p50Ms, p99Ms };
}

/** A run too short for its clock has the rate `inf`. */
function toNumber(text: string): number {
  return text === "inf" ? Infinity : Number(text);
}
