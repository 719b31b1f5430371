/**
 * When each item was last asked for, and whether it ever was: hints for clients that judge how warm their cache is. Kept in
 * memory alone, so that a read writes nothing, and for a bounded number of items: the longest untouched is forgotten first, and
 * nothing outlives the process. memcached forgets more.
 */
const ITEMS_MAX = 100_000;
/** A newer time than this is not noted again; memcached has the same patience. */
const FRESH_MS = 60_000;

export class AccessTimes {
  /** By item id: wall ms, doubled, plus 1 once it was fetched. One number, so that nothing is allocated. */
  readonly #times = new Map<number, number>();
  /** For those that are not known. */
  readonly #since: number;

  constructor(nowMs: number) {
    this.#since = nowMs;
  }

  /** The item was written as a whole. */
  stored(id: number, nowMs: number): void {
    this.#put(id, 2 * Math.floor(nowMs));
  }
  /** The item was met, but not given out. */
  touched(id: number, nowMs: number): void {
    this.#note(id, nowMs, 0);
  }
  /** The item was asked for. */
  fetched(id: number, nowMs: number): void {
    this.#note(id, nowMs, 1);
  }

  #note(id: number, nowMs: number, fetched: number): void {
    const known = this.#times.get(id);
    const time = known === undefined ? -Infinity : Math.floor(known / 2);
    const noted = 2 * (nowMs - time >= FRESH_MS ? Math.floor(nowMs) : time) + Math.max(fetched, (known ?? 0) % 2);
    if (noted !== known) this.#put(id, noted);
  }

  /** As the youngest. */
  #put(id: number, noted: number): void {
    this.#times.delete(id);
    this.#times.set(id, noted);
    if (this.#times.size <= ITEMS_MAX) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      break;
    }
  }

  wasFetched(id: number): boolean {
    return (this.#times.get(id) ?? 0) % 2 === 1;
  }
  /** Wall ms of the last access that was noted. */
  accessedAt(id: number): number {
    const known = this.#times.get(id);
    return known === undefined ? this.#since : Math.floor(known / 2);
  }
  /** The item is gone. */
  forget(id: number): void {
    this.#times.delete(id);
  }
  clear(): void {
    this.#times.clear();
  }
}
