/**
 * The vote of one datacenter: replies come in one by one, and the vote says as soon as it can what the answer is.
 *
 *     agreed       `required` replies say the same: that is the answer, an error too
 *     differing    enough good replies, but no `required` of them can agree any more: the level decides
 *     impossible   too few good replies can still come: the first error or failure is the answer
 *
 * Pure counting: replies are told apart by a class number that the caller finds by comparing bytes.
 */
export const Verdict = { Open: 0, Agreed: 1, Differing: 2, Impossible: 3 } as const;
export type Verdict = typeof Verdict[keyof typeof Verdict];

export class Vote {
  verdict: Verdict = Verdict.Open;
  /** The class that was agreed on. */
  winner = -1;
  #required = 0;
  #outstanding = 0;
  #good = 0;
  /** Replies of each class; those from `#classes` on are of votes before. */
  readonly #classCounts: number[] = [];
  #classes = 0;

  /** `expected` replies were asked for, of which `required` must be good. */
  begin(expected: number, required: number): void {
    this.verdict = expected < required ? Verdict.Impossible : Verdict.Open;
    this.winner = -1;
    this.#required = required;
    this.#outstanding = expected;
    this.#good = 0;
    this.#classes = 0;
  }

  /** A reply of class `index` (0 for the first, the next number for one that equals no earlier). `good` when it is no error. */
  reply(index: number, good: boolean): Verdict {
    this.#outstanding--;
    if (this.verdict !== Verdict.Open) return this.verdict;
    if (good) this.#good++;
    while (this.#classes <= index) this.#classCounts[this.#classes++] = 0;
    if (++this.#classCounts[index]! >= this.#required) {
      this.winner = index;
      return this.verdict = Verdict.Agreed;
    }
    return this.#judge();
  }

  /** A replica that will not answer. */
  failure(): Verdict {
    this.#outstanding--;
    if (this.verdict !== Verdict.Open) return this.verdict;
    return this.#judge();
  }

  #judge(): Verdict {
    for (let i = 0; i < this.#classes; i++) {
      if (this.#classCounts[i]! + this.#outstanding >= this.#required) return Verdict.Open;
    }
    if (this.#outstanding >= this.#required) return Verdict.Open;
    // Nobody can win any more. Good replies may still be on their way, but they cannot change who agrees.
    if (this.#good >= this.#required) return this.verdict = Verdict.Differing;
    if (this.#good + this.#outstanding >= this.#required) return Verdict.Open;
    return this.verdict = Verdict.Impossible;
  }
}
