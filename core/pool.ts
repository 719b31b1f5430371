/** Objects kept for the next request: `take` one, `give` it back when nobody refers to it any more. Keeps `limit` at most. */
export class Pool<T> {
  readonly #make: () => T;
  readonly #limit: number;
  #idle: T[] = [];
  /** How many it has made since the start. */
  made = 0;

  constructor(make: () => T, limit: number) {
    this.#make = make;
    this.#limit = limit;
  }
  take(): T {
    const item = this.#idle.pop();
    if (item !== undefined) return item;
    this.made++;
    return this.#make();
  }
  /** How many are kept now. */
  get idleCount(): number {
    return this.#idle.length;
  }
  give(item: T): void {
    if (this.#idle.length < this.#limit) this.#idle.push(item);
  }
}
