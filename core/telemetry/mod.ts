/**
 * Traces to OpenTelemetry. The runtime is the exporter: started with `OTEL_DENO=true` it puts a provider behind
 * `@opentelemetry/api` and sends what that is told to `OTEL_EXPORTER_OTLP_ENDPOINT`, by itself and without permissions; without
 * it the same calls do nothing (https://docs.deno.com/runtime/fundamentals/open_telemetry/). Names of attributes are those of
 * OpenTelemetry's conventions where there is one, else they begin with `dynomite.`.
 *
 * The version of the package follows the runtime: its provider says that it is of 1.9, and a later package would not take it.
 */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OpenTelemetryTracer,
} from "@opentelemetry/api";
import type { Hop, HopOutcome, HopTrace, RequestTrace, TracedRequest, Tracer } from "../tracer.ts";

/** Where the node that traces stands. */
export interface TelemetryPlace {
  readonly version: string;
  readonly rack: string;
  readonly datacenter: string;
}

/** A tracer behind which the runtime is, or nothing. */
export function openTelemetry({ version, rack, datacenter }: TelemetryPlace): Tracer {
  const tracer = trace.getTracer("dynomite", version);
  return {
    get records() {
      // A span that is not ended goes nowhere.
      return tracer.startSpan("is anybody there?", { root: true }).isRecording();
    },
    begin: (request) =>
      new OpenTelemetryTrace(tracer, request, { "dynomite.rack": rack, "dynomite.datacenter": datacenter }),
  };
}

class OpenTelemetryTrace implements RequestTrace {
  readonly #tracer: OpenTelemetryTracer;
  readonly #span: Span;
  readonly #context: Context;

  constructor(tracer: OpenTelemetryTracer, { command, protocol, bytes, client }: TracedRequest, place: Attributes) {
    this.#tracer = tracer;
    const attributes = {
      "db.system.name": protocol,
      "db.operation.name": command,
      "dynomite.request.bytes": bytes,
      ...addressOf("client", client),
      ...place,
    };
    this.#span = tracer.startSpan(command, { kind: SpanKind.SERVER, root: true, attributes });
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  hop({ kind, address, rack, datacenter }: Hop): HopTrace {
    const attributes = {
      "dynomite.hop": kind,
      "dynomite.rack": rack,
      "dynomite.datacenter": datacenter,
      ...addressOf("server", address),
    };
    const span = this.#tracer.startSpan(kind, { kind: SpanKind.CLIENT, attributes }, this.#context);
    return { end: (outcome, reason) => endHop(span, outcome, reason) };
  }

  end(error: string | undefined): void {
    if (error !== undefined) {
      this.#span.setAttribute("error.type", error);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    }
    this.#span.end();
  }
}

function endHop(span: Span, outcome: HopOutcome, reason: string | undefined): void {
  span.setAttribute("dynomite.outcome", outcome);
  if (outcome !== "ok") span.setStatus({ code: SpanStatusCode.ERROR, message: reason ?? outcome });
  span.end();
}

/** `client.address` and `client.port`; a name without a port is an address. */
function addressOf(side: "client" | "server", text: string): Attributes {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  return host === undefined
    ? { [`${side}.address`]: text }
    : { [`${side}.address`]: host, [`${side}.port`]: Number(port) };
}
