import type { ByteWriter } from "./bytes.ts";
import type { Request } from "./request.ts";

/**
 * Runs one request on the embedded engine: reads its arguments (lent), writes exactly one whole wire reply to `out` in
 * the form `request.dialect` asks for. Throws only when the engine itself failed (disk full, i/o error); everything a
 * client can do wrong is a reply.
 */
export interface Executor {
  execute(request: Request, out: ByteWriter): void;
}
