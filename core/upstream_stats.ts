/** Counters of the way to one engine or peer, named as the stats JSON has them where it has one. */
import { Access, type Request } from "./request.ts";

export class UpstreamStats {
  /** Connections that the other side ended, that broke or were refused, and that were given up because nothing came. */
  server_eof = 0;
  server_err = 0;
  server_timedout = 0;
  /** Times it was ejected. */
  server_ejects = 0;
  /** Wall ms of the last end of a connection. */
  server_ejected_at = 0;
  /** Requests lost with a connection, and those that got no reply in time. */
  server_dropped_requests = 0;
  server_timedout_requests = 0;
  /** Requests that a link took. */
  read_requests = 0;
  read_request_bytes = 0;
  write_requests = 0;
  write_request_bytes = 0;
  /** Replies to them, late ones too. */
  read_responses = 0;
  read_response_bytes = 0;
  write_responses = 0;
  write_response_bytes = 0;
  /** Replies that decided an answer, or had a say in it: not those of copies that nobody waits for. */
  used_responses = 0;
  used_response_bytes = 0;
  /** Replies that came before that of an older request, or that nothing was asked for. */
  mismatched_responses = 0;

  /** Forgets everything. */
  clear(): void {
    Object.assign(this, new UpstreamStats());
  }

  /** Adds up; of two times it is the later one. */
  add(other: UpstreamStats): void {
    for (const name of counterNames) this[name] += other[name];
    this.server_ejected_at = Math.max(this.server_ejected_at, other.server_ejected_at);
  }

  countRequest({ command, start, end }: Request): void {
    if (command.access === Access.Write) {
      this.write_requests++;
      this.write_request_bytes += end - start;
    } else {
      this.read_requests++;
      this.read_request_bytes += end - start;
    }
  }

  countReply(toWrite: boolean, bytes: number): void {
    if (toWrite) {
      this.write_responses++;
      this.write_response_bytes += bytes;
    } else {
      this.read_responses++;
      this.read_response_bytes += bytes;
    }
  }
}

type NumberName = { [K in keyof UpstreamStats]: UpstreamStats[K] extends number ? K : never }[keyof UpstreamStats];

const counterNames = (Object.keys(new UpstreamStats()) as NumberName[]).filter((name) => name !== "server_ejected_at");

/** Those of the data store, which also tells its requests apart by command. */
export class EngineStats extends UpstreamStats {
  /** Requests by command id. */
  readonly byCommand: Float64Array;

  /** `commandCount` is the length of the protocol's table. */
  constructor(commandCount: number) {
    super();
    this.byCommand = new Float64Array(commandCount);
  }

  override clear(): void {
    super.clear();
    this.byCommand.fill(0);
  }

  override countRequest(request: Request): void {
    super.countRequest(request);
    this.byCommand[request.command.id]!++;
  }
}

/** What waits on the way to an engine or peer now: requests to be sent, and requests sent that have no reply. */
export interface QueueGauges {
  in_queue: number;
  in_queue_bytes: number;
  out_queue: number;
  out_queue_bytes: number;
}

/** Nothing waits. */
export function noQueues(): QueueGauges {
  return { in_queue: 0, in_queue_bytes: 0, out_queue: 0, out_queue_bytes: 0 };
}

/** What waits in all of them. */
export function sumQueues(all: Iterable<QueueGauges>): QueueGauges {
  const sum = noQueues();
  for (const gauges of all) {
    sum.in_queue += gauges.in_queue;
    sum.in_queue_bytes += gauges.in_queue_bytes;
    sum.out_queue += gauges.out_queue;
    sum.out_queue_bytes += gauges.out_queue_bytes;
  }
  return sum;
}
