/**
 * Redis requests on the embedded engine: finds the handler of a command, hands it the arguments, and turns what it throws
 * into an error reply. The wire form of values is the protocol's affair and comes in as a writer.
 */
import type { ByteWriter } from "../../bytes.ts";
import type { Executor } from "../../executor.ts";
import type { Command, Request } from "../../request.ts";
import type { ValueWriter } from "../../value_writer.ts";
import { type Call, CommandError, type Handler, notFloat, notInteger } from "./call.ts";
import { handlers } from "./commands/mod.ts";
import type { Engine } from "./engine.ts";
import { asciiText, clampToSafe, parseDouble, parseInteger } from "./numbers.ts";

/** A writer that is turned to another buffer and dialect for each request. */
export interface ReusableWriter extends ValueWriter {
  out: ByteWriter;
  dialect: number;
}

export class RedisExecutor implements Executor {
  readonly #engine: Engine;
  /** By command id; undefined for what the engine does not have. */
  readonly #handlers: readonly (Handler | undefined)[];
  readonly #call: RequestCall;

  /** `commands` is the protocol's table; a request's `command.id` is the index of its row. */
  constructor(
    engine: Engine,
    commands: readonly Command[],
    createWriter: (out: ByteWriter, dialect: number) => ReusableWriter,
  ) {
    this.#engine = engine;
    this.#handlers = commands.map((command) =>
      Object.hasOwn(handlers, command.name) ? handlers[command.name] : undefined
    );
    this.#call = new RequestCall(engine, createWriter);
  }

  execute(request: Request, out: ByteWriter): void {
    const call = this.#call;
    const start = out.length;
    call.begin(request, out);
    try {
      const handler = this.#handlers[request.command.id];
      if (handler === undefined) throw new CommandError(notSupported(request.command));
      handler(call);
      if (this.#engine.db.inSavepoint) this.#engine.release();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      out.length = start;
      this.#engine.undo();
      call.out.error(error.message);
    }
  }
}

function notSupported(command: Command): string {
  return `ERR the embedded engine does not support ${command.name.replace("|", " ").toUpperCase()}`;
}

class RequestCall implements Call {
  readonly engine: Engine;
  #request: Request | undefined;
  #out: ReusableWriter | undefined;
  readonly #createWriter: (out: ByteWriter, dialect: number) => ReusableWriter;
  argCount = 0;

  constructor(engine: Engine, createWriter: (out: ByteWriter, dialect: number) => ReusableWriter) {
    this.engine = engine;
    this.#createWriter = createWriter;
  }

  begin(request: Request, out: ByteWriter): void {
    this.#request = request;
    this.argCount = request.argCount;
    if (this.#out === undefined) this.#out = this.#createWriter(out, request.dialect);
    this.#out.out = out;
    this.#out.dialect = request.dialect;
  }

  get out(): ValueWriter {
    return this.#out!;
  }
  arg(index: number): Uint8Array {
    return this.#request!.arg(index);
  }
  word(index: number): string {
    return asciiText(this.arg(index)).toLowerCase();
  }
  integer(index: number): bigint {
    return BigInt(this.#integer(index));
  }
  count(index: number): number {
    return clampToSafe(this.#integer(index));
  }
  float(index: number): number {
    const value = parseDouble(this.arg(index));
    if (value === undefined) throw new CommandError(notFloat);
    return value;
  }

  #integer(index: number): number | bigint {
    const value = parseInteger(this.arg(index));
    if (value === undefined) throw new CommandError(notInteger);
    return value;
  }
}
