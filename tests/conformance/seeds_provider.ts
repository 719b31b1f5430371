/** What every seeds provider does, whatever it asks. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SeedsProvider } from "../../gossip/seeds/provider.ts";
import { recordsOf } from "../support/seed_records.ts";

/** A provider with what it asks. */
export interface SeedsSource extends AsyncDisposable {
  readonly provider: SeedsProvider;
  /** What it will find from now on. */
  put(text: string): Promise<void>;
  /** It finds nobody who answers; undefined where that cannot be. */
  readonly silence: (() => void) | undefined;
  /** The source is gone. */
  remove(): Promise<void>;
}

/** Registers the tests. `start` makes a source with an empty list. */
export function testSeedsProvider(name: string, start: () => Promise<SeedsSource>): void {
  const never = () => new AbortController().signal;
  const one = "10.0.0.1:8101:rack1:dc1:0";
  const two = "node2.example:8101:rack2:dc1:5,2147483648";

  Deno.test(`${name}: ask() returns the list as it is now`, async () => {
    await using source = await start();
    await source.put(one);
    assertEquals(recordsOf(await source.provider.ask(never())), [one]);
    await source.put(`${one}|${two}`);
    assertEquals(recordsOf(await source.provider.ask(never())), [one, two]);
    await source.put(two);
    assertEquals(recordsOf(await source.provider.ask(never())), [two]);
  });

  Deno.test(`${name}: ask() returns long lists whole`, async () => {
    await using source = await start();
    const many = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}:8101:rack${i}:dc1:${i * 1000}`);
    await source.put(many.join("|"));
    assertEquals(recordsOf(await source.provider.ask(never())), many);
  });

  Deno.test(`${name}: ask() refuses a list without a node and one with a record that cannot be read`, async () => {
    await using source = await start();
    await source.put("|");
    await assertRejects(() => source.provider.ask(never()), Error, "the answer names no node");
    await source.put(`${one}|10.0.0.2:8101`);
    await assertRejects(() => source.provider.ask(never()), Error, 'the record "10.0.0.2:8101" has too few fields');
    await source.put(one);
    assertEquals(recordsOf(await source.provider.ask(never())), [one]);
  });

  Deno.test(`${name}: ask() fails when there is nobody to ask, in the same words each time`, async () => {
    await using source = await start();
    await source.remove();
    const first = await assertRejects(() => source.provider.ask(never()), Error);
    const second = await assertRejects(() => source.provider.ask(never()), Error);
    assert(first.message.length > 0 && !first.message.includes("\n"));
    assertEquals(second.message, first.message);
  });

  Deno.test(`${name}: ask() gives up when its signal does`, async () => {
    await using source = await start();
    if (source.silence === undefined) return;
    source.silence();
    const abort = new AbortController();
    const answer = source.provider.ask(abort.signal);
    abort.abort(new Error("no answer in time"));
    await assertRejects(() => answer, Error, "no answer in time");
  });
}
