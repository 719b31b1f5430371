/** What the operating system says of this process, for stats and INFO. The Deno one is made in mod.ts; a simulated node has constants. */
export interface ProcessFacts {
  readonly pid: number;
  /** `linux x86_64`. */
  readonly platform: string;
  readonly hostname: string;
  readonly runtime: string;
  /** The most the JavaScript heap may have. Without a limit set for it, the runtime derives it from the memory there is. */
  readonly heapLimitBytes: number;
  memory(): {
    readonly rssBytes: number;
    readonly peakRssBytes: number;
    readonly heapBytes: number;
    readonly externalBytes: number;
  };
  /** Seconds of processor time used. */
  cpu(): { readonly userSeconds: number; readonly systemSeconds: number };
}
