/** `/info` of a node -> the numbers that are watched, and what two of them say about the time between. Pure. */
import type { InfoBody } from "../bodies.ts";

/** One look at a node. Counters only rise while it runs. */
export interface Counters {
  /** Monotonic ms of the look. */
  readonly at: number;
  readonly uptimeSeconds: number;
  readonly reads: number;
  readonly writes: number;
  readonly errors: number;
  /** Microseconds; undefined where the node does not tell. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly clients: number;
  /** Requests that wait for the engine, and for other nodes. */
  readonly engineQueue: number;
  readonly peerQueue: number;
  readonly memoryBytes: number;
}

/** What happened between two looks. */
export interface Rates {
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly errorsPerSecond: number;
}

/** Throws nothing: what is not there is 0. `at` is monotonic ms. */
export function readCounters(info: InfoBody, at: number): Counters {
  const pool = Object.values(info).find((value) => isObject(value) && "client_connections" in value);
  const engine = isObject(pool) ? Object.values(pool).find(isObject) : undefined;
  return {
    at,
    uptimeSeconds: numberOf(info, "uptime"),
    reads: numberOf(pool, "client_read_requests"),
    writes: numberOf(pool, "client_write_requests"),
    errors: numberOf(pool, "forward_error"),
    p50: optional(info, "latency_50th"),
    p99: optional(info, "latency_99th"),
    clients: numberOf(pool, "client_connections"),
    engineQueue: sum(engine, ["in_queue", "out_queue"]),
    peerQueue: sum(pool, ["peer_in_queue", "peer_out_queue", "remote_peer_in_queue", "remote_peer_out_queue"]),
    // C Dynomite tells only the most it ever had.
    memoryBytes: 1024 * (optional(info, "resident_memory") ?? numberOf(info, "dyn_memory")),
  };
}

/** Undefined when the counters began anew in between: the node was started again, or its counters were zeroed. */
export function ratesBetween(before: Counters, after: Counters): Rates | undefined {
  const seconds = (after.at - before.at) / 1000;
  const fell = (["uptimeSeconds", "reads", "writes", "errors"] as const).some((name) => after[name] < before[name]);
  if (fell || seconds <= 0) return undefined;
  const perSecond = (name: "reads" | "writes" | "errors") => (after[name] - before[name]) / seconds;
  return {
    readsPerSecond: perSecond("reads"),
    writesPerSecond: perSecond("writes"),
    errorsPerSecond: perSecond("errors"),
  };
}

/** The share of requests that ended in an error. */
export function errorPercent({ readsPerSecond, writesPerSecond, errorsPerSecond }: Rates): number {
  const requests = readsPerSecond + writesPerSecond;
  if (errorsPerSecond === 0) return 0;
  return requests === 0 ? 100 : Math.min(100, 100 * errorsPerSecond / requests);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optional(from: unknown, name: string): number | undefined {
  const value = isObject(from) ? from[name] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function numberOf(from: unknown, name: string): number {
  return optional(from, name) ?? 0;
}

function sum(from: unknown, names: readonly string[]): number {
  return names.reduce((total, name) => total + numberOf(from, name), 0);
}
