import type { Hop, HopOutcome, HopTrace, RequestTrace, TracedRequest, Tracer } from "../../core/tracer.ts";

/** One traced request: what was told of it. */
export interface RecordedTrace {
  readonly request: TracedRequest;
  readonly hops: { readonly hop: Hop; outcome?: HopOutcome; reason?: string | undefined }[];
  /** Set at its end. */
  ended?: boolean;
  error?: string | undefined;
}

/** Traces that the test reads. Ending anything twice is an error. */
export class RecordingTracer implements Tracer {
  records = true;
  readonly traces: RecordedTrace[] = [];

  begin(request: TracedRequest): RequestTrace {
    const trace: RecordedTrace = { request, hops: [] };
    this.traces.push(trace);
    return {
      hop(hop: Hop): HopTrace {
        const recorded: RecordedTrace["hops"][number] = { hop };
        trace.hops.push(recorded);
        return {
          end(outcome, reason) {
            if (recorded.outcome !== undefined) throw new Error(`a hop to ${hop.address} ended twice`);
            Object.assign(recorded, { outcome, reason });
          },
        };
      },
      end(error) {
        if (trace.ended) throw new Error(`the trace of ${request.command} ended twice`);
        Object.assign(trace, { ended: true, error });
      },
    };
  }

  /** What was told so far, and forgets it: `GET ok: engine ok, peer timeout`. */
  take(): string[] {
    return this.traces.splice(0).map(({ request, hops, ended, error }) => {
      const parts = hops.map(({ hop, outcome }) => `${hop.kind} ${hop.datacenter}/${hop.rack} ${outcome ?? "pending"}`);
      return `${request.command} ${ended ? error ?? "ok" : "pending"}: ${parts.join(", ")}`;
    });
  }
}
