// @ts-check
/**
 * What the charts and figures show, out of two readings of `/info`: counters become rates, gauges stay. The pool's object
 * and the engine's inside it have names of the operator's, so they are known by what they hold.
 */

/** @import { Info } from "./bodies.ts" */

/**
 * @typedef {object} Reading
 * @property {number} at ms, of a clock that only goes forward
 * @property {Info} info
 */

/**
 * One point of every chart. Null: not to be had, as a rate is at the first reading or over a restart.
 *
 * @typedef {object} Measures
 * @property {number | null} reads per second
 * @property {number | null} writes per second
 * @property {number | null} errors per second
 * @property {number | null} mean latency, us, as all of these
 * @property {number | null} p95
 * @property {number | null} p99
 * @property {number | null} p999
 * @property {number | null} max
 * @property {number | null} engineQueue requests waiting for the engine, or for its answer
 * @property {number | null} peerQueue the same for nodes of this datacenter
 * @property {number | null} remoteQueue and for those of others
 * @property {number | null} visitorQueue requests of other nodes that are not answered
 * @property {number | null} clients
 * @property {number | null} errorsTotal
 * @property {number | null} memory bytes
 */

/**
 * The pool's object: the one with clients in it.
 *
 * @param {Info} info
 * @returns {{ name: string, fields: Info } | undefined}
 */
export function poolOf(info) {
  return objectWith(info, "client_connections");
}

/**
 * The engine's object in the pool's.
 *
 * @param {Info} pool
 * @returns {{ name: string, fields: Info } | undefined}
 */
export function engineOf(pool) {
  return objectWith(pool, "read_requests");
}

/**
 * @param {Info} within
 * @param {string} field
 */
function objectWith(within, field) {
  for (const [name, value] of Object.entries(within)) {
    if (typeof value === "object" && value !== null && Object.hasOwn(value, field)) {
      return { name, fields: /** @type {Info} */ (value) };
    }
  }
  return undefined;
}

/**
 * @param {Info | undefined} fields
 * @param {string} name
 * @returns {number | null}
 */
function numberOf(fields, name) {
  const value = fields?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/**
 * @param {Info | undefined} fields
 * @param {...string} names
 * @returns {number | null} null when none of them is there
 */
function sumOf(fields, ...names) {
  const numbers = names.map((name) => numberOf(fields, name)).filter((value) => value !== null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

/**
 * @param {Reading | undefined} before
 * @param {Reading} now
 * @returns {Measures}
 */
export function measure(before, now) {
  const { info } = now;
  const pool = poolOf(info)?.fields;
  const engine = pool && engineOf(pool)?.fields;
  const poolBefore = before && poolOf(before.info)?.fields;
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
  /** @param {string} name */
  const perSecond = (name) => {
    const [from, to] = [numberOf(poolBefore, name), numberOf(pool, name)];
    // A counter that is lower than it was is another process', or was reset.
    return from === null || to === null || seconds <= 0 || to < from ? null : (to - from) / seconds;
  };
  const memory = numberOf(info, "dyn_memory");
  return {
    reads: perSecond("client_read_requests"),
    writes: perSecond("client_write_requests"),
    errors: perSecond("forward_error"),
    mean: numberOf(info, "latency_mean"),
    p95: numberOf(info, "latency_95th"),
    p99: numberOf(info, "latency_99th"),
    p999: numberOf(info, "latency_999th"),
    max: numberOf(info, "latency_max"),
    engineQueue: sumOf(engine, "in_queue", "out_queue"),
    peerQueue: sumOf(pool, "peer_in_queue", "peer_out_queue"),
    remoteQueue: sumOf(pool, "remote_peer_in_queue", "remote_peer_out_queue"),
    visitorQueue: sumOf(pool, "dnode_client_in_queue", "dnode_client_out_queue"),
    clients: numberOf(pool, "client_connections"),
    errorsTotal: numberOf(pool, "forward_error"),
    memory: memory === null ? null : memory * 1024,
  };
}

/** The last points, by time, with a hole where none were taken for a while. */
export class History {
  /** @type {number[]} */
  #times = [];
  /** @type {(Measures | null)[]} */
  #points = [];
  #spanMs;
  #gapMs;

  /**
   * @param {number} spanMs how far back it goes
   * @param {number} gapMs two points further apart than this are not joined by a line
   */
  constructor(spanMs, gapMs) {
    this.#spanMs = spanMs;
    this.#gapMs = gapMs;
  }

  /**
   * @param {number} time ms since 1970; not before the last one's
   * @param {Measures} point
   */
  push(time, point) {
    const last = this.#times.at(-1);
    if (last !== undefined && time <= last) return;
    if (last !== undefined && time - last > this.#gapMs) this.#append((last + time) / 2, null);
    this.#append(time, point);
    const old = this.#times.findIndex((at) => at >= time - this.#spanMs);
    this.#times.splice(0, old);
    this.#points.splice(0, old);
  }

  /**
   * @param {number} time
   * @param {Measures | null} point
   */
  #append(time, point) {
    this.#times.push(time);
    this.#points.push(point);
  }

  /**
   * Columns as uPlot takes them: times in seconds, then each of `names`.
   *
   * @param {readonly (keyof Measures)[]} names
   * @returns {[number[], ...(number | null)[][]]}
   */
  columns(names) {
    return [
      this.#times.map((time) => time / 1000),
      ...names.map((name) => this.#points.map((point) => point === null ? null : point[name])),
    ];
  }
}
