/** The switch of tracing: where clients' requests go in, with TracedRequests before the pipeline or without. */
import type { Logger } from "../logger.ts";
import type { RequestSink } from "../request_sink.ts";
import { type TracedParts, TracedRequests } from "./traced_requests.ts";

export class Tracing {
  /** Looked up before each run of requests, so that it may change at any time. */
  entrance: RequestSink;
  readonly #parts: TracedParts;
  readonly #logger: Logger;
  #sampleEvery = 0;

  constructor(parts: TracedParts, logger: Logger) {
    this.#parts = parts;
    this.#logger = logger;
    this.entrance = parts.pipeline;
  }

  /** One client request in so many is traced; 0: none. */
  get sampleEvery(): number {
    return this.#sampleEvery;
  }
  set sampleEvery(value: number) {
    const { pipeline, tracer } = this.#parts;
    this.#sampleEvery = value;
    this.entrance = value === 0 ? pipeline : new TracedRequests(this.#parts, value);
    if (value === 0 || tracer.records) return;
    this.#logger.warn(
      "trace_sample_every is {value}, but OTEL_DENO is not true in the environment: no trace is exported",
      {
        value,
      },
    );
  }
}
