/**
 * Memcached requests on the embedded engine: finds the handler of a command and hands it the arguments, which the protocol has
 * checked. The wire form of replies is the protocol's affair and comes in as a writer.
 */
import type { ByteWriter } from "../../bytes.ts";
import type { Executor } from "../../executor.ts";
import type { ItemWriter } from "../../item_writer.ts";
import type { Command, Request } from "../../request.ts";
import { itemCommands } from "./commands/items.ts";
import { metaCommands } from "./commands/meta_items.ts";
import type { Engine } from "./engine.ts";
import type { ItemCall, ItemHandler } from "./item_call.ts";
import type { Items } from "./items.ts";
import { asciiText } from "./numbers.ts";

/** A writer that is turned to another buffer for each request. */
export interface ReusableItemWriter extends ItemWriter {
  out: ByteWriter;
}

const handlers: Readonly<Record<string, ItemHandler>> = { ...itemCommands, ...metaCommands };

export interface MemcachedExecutorOptions {
  /** The protocol's table; a request's `command.id` is the index of its row. */
  readonly commands: readonly Command[];
  readonly writer: ReusableItemWriter;
  readonly valueBytesMax: number;
}

export class MemcachedExecutor implements Executor {
  readonly #engine: Engine;
  readonly #writer: ReusableItemWriter;
  /** By command id; undefined for what the engine does not have. */
  readonly #handlers: readonly (ItemHandler | undefined)[];
  readonly #call: RequestItemCall;

  constructor(engine: Engine, { commands, writer, valueBytesMax }: MemcachedExecutorOptions) {
    this.#engine = engine;
    this.#writer = writer;
    this.#handlers = commands.map(({ name }) => Object.hasOwn(handlers, name) ? handlers[name] : undefined);
    this.#call = new RequestItemCall(engine, writer, valueBytesMax);
  }

  execute(request: Request, out: ByteWriter): void {
    this.#writer.out = out;
    const handler = this.#handlers[request.command.id];
    if (handler === undefined) {
      return this.#writer.line(`SERVER_ERROR the embedded engine does not support ${request.command.name}`);
    }
    this.#engine.items.catchUp();
    this.#call.request = request;
    this.#call.now = this.#engine.clock.wall();
    handler(this.#call);
  }
}

class RequestItemCall implements ItemCall {
  declare request: Request;
  now = 0;
  readonly items: Items;
  readonly out: ItemWriter;
  readonly valueBytesMax: number;

  constructor(engine: Engine, out: ItemWriter, valueBytesMax: number) {
    this.items = engine.items;
    this.out = out;
    this.valueBytesMax = valueBytesMax;
  }

  // Handlers take these out of the call.
  readonly arg = (index: number): Uint8Array => this.request.arg(index);
  readonly number = (index: number, skip = 0): number => Number(asciiText(this.arg(index).subarray(skip)));
  readonly unsigned = (index: number, skip = 0): bigint => BigInt(asciiText(this.arg(index).subarray(skip)));
}
