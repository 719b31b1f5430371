/**
 * Where a key lives: the owner of its token in every rack of every datacenter, nearest first.
 *
 * The tokens of all racks together cut the ring into ranges; within one range every rack has one owner. A table made once
 * per topology holds the owners of each range, so that finding all replicas of a key is one binary search, however many
 * racks there are, and two keys live together exactly when their placements are the same object.
 *
 *     rack 1    ---- 100 A --------------- 900 B ----
 *     rack 2    ------------- 500 C ------ 900 D ----
 *     ranges    [  AC  |   BC  |    BD    ] [ AC ...       (..100] (100..500] (500..900] (900.. and round again
 */
import type { Rack } from "./topology.ts";

export interface Placement {
  /** Small number, the same for keys that live together. */
  readonly id: number;
  /** Node indexes: one owner for each rack of the local datacenter, nearest rack first. */
  readonly local: readonly number[];
  /** For each other datacenter one owner for each of its racks, the preferred rack first. */
  readonly remote: readonly (readonly number[])[];
  /** All of them, nearest first. */
  readonly nearest: readonly number[];
}

export class PlacementTable {
  /** Every distinct placement, by its id. */
  readonly placements: readonly Placement[];
  /** Upper ends of the ranges, ascending. */
  readonly #ends: Uint32Array;
  readonly #placementOf: Int32Array;

  /** Racks in order of nearness; those that hold no token are left out, they own nothing. */
  constructor(localRacks: readonly Rack[], remoteRacks: readonly (readonly Rack[])[]) {
    const racks = [...localRacks, ...remoteRacks.flat()];
    const ends = [...new Set(racks.flatMap((rack) => [...rack.ring.tokens]))].sort((a, b) => a - b);
    const ids = new Map<string, number>();
    const placements: Placement[] = [];
    const ownersAt = (some: readonly Rack[], token: number) =>
      some.filter((rack) => rack.ring.size > 0).map((rack) => rack.ring.owner(token));
    this.#ends = Uint32Array.from(ends);
    // Without any token there is one range that nobody owns.
    this.#placementOf = Int32Array.from(ends.length > 0 ? ends : [0], (end) => {
      const local = ownersAt(localRacks, end);
      const remote = remoteRacks.map((some) => ownersAt(some, end)).filter((owners) => owners.length > 0);
      const name = [local, ...remote].join("/");
      const known = ids.get(name);
      if (known !== undefined) return known;
      const id = placements.length;
      placements.push({ id, local, remote, nearest: [...local, ...remote.flat()] });
      ids.set(name, id);
      return id;
    });
    this.placements = placements;
  }

  /** Where keys with this token live. */
  at(token: number): Placement {
    const ends = this.#ends;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! < token) low = middle + 1;
      else high = middle;
    }
    return this.placements[this.#placementOf[low === ends.length ? 0 : low]!]!;
  }
}
