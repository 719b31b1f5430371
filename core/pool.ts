/** Objects kept for the next request: `take` one, `give` it back when nobody refers to it any more. Keeps `limit` at most. */
export class Pool<T> {
  readonly #make: () => T;
  readonly #limit: number;
  #idle: T[] = [];

  constructor(make: () => T, limit: number) {
    this.#make = make;
    this.#limit = limit;
  }
  take(): T {
    return this.#idle.pop() ?? this.#make();
  }
  give(item: T): void {
    if (this.#idle.length < this.#limit) this.#idle.push(item);
  }
}
