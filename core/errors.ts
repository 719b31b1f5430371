/**
 * The errors that are thrown. What goes wrong with one request is not here: that is a `Failure` value (reply.ts), which
 * travels down the reply path and becomes the protocol's own error line.
 */

/** The other side broke its protocol: it is told so, and that one connection ends. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** One thing wrong with a configuration: where it stands, what stood there, and what would be accepted. */
export interface ConfFault {
  /** 1-based line in the file, 0 when the fault has no line (a missing key, a flag). */
  readonly line: number;
  /** Empty when the file itself is at fault. */
  readonly key: string;
  readonly value: string;
  /** What is wrong and what is accepted, in one sentence. */
  readonly problem: string;
}

/** The start ends here: every fault that was found, not only the first. */
export class ConfError extends Error {
  override name = "ConfError";
  constructor(readonly source: string, readonly faults: readonly ConfFault[]) {
    super(faults.map((fault) => describeFault(source, fault)).join("\n"));
  }
}

/** `conf/dynomite.yml:12: rack: "" is empty; accepted is ...` */
export function describeFault(source: string, fault: ConfFault): string {
  const where = fault.line > 0 ? `${source}:${fault.line}` : source;
  if (fault.key === "") return `${where}: ${fault.problem}`;
  const value = fault.value === "" ? "" : ` ${JSON.stringify(fault.value)}`;
  return `${where}: ${fault.key}:${value} ${fault.problem}`;
}
