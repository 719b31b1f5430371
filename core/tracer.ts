/**
 * Traces of single requests, as OpenTelemetry has them: a span for the request and, under it, one for every try at a replica.
 * The core says when they begin and end; where they go is core/telemetry/'s business. Only a request that is traced costs anything,
 * so what is here may allocate.
 */
import type { FailureKind } from "./reply.ts";

/** A client's request, as it begins. */
export interface TracedRequest {
  /** `GET`, `CONFIG GET`. */
  readonly command: string;
  /** `redis` or `memcached`. */
  readonly protocol: string;
  readonly bytes: number;
  /** `host:port` of the client. */
  readonly client: string;
}

/** A replica that is asked. */
export interface Hop {
  readonly kind: "engine" | "peer" | "remote_peer";
  /** `host:port`, or the engine's name. */
  readonly address: string;
  readonly rack: string;
  readonly datacenter: string;
}

/** How a try ended: with a reply, with the engine's own error, or without a reply. */
export type HopOutcome = "ok" | "error" | keyof typeof FailureKind;

export interface HopTrace {
  /** Called once. `reason` where there was no good reply. */
  end(outcome: HopOutcome, reason?: string): void;
}

export interface RequestTrace {
  /** A replica is asked; several may be at a time, and some end after the request has its answer. */
  hop(hop: Hop): HopTrace;
  /** The answer was written. `error` is the name of an error answer. Called once. */
  end(error: string | undefined): void;
}

export interface Tracer {
  /** False when nothing that is traced is kept: nobody asked for it. */
  readonly records: boolean;
  begin(request: TracedRequest): RequestTrace;
}
