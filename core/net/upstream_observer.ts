/** What the links to one engine or peer tell their pool. */

/** A link, as far as its pool has to tell it from others. */
export interface Link {
  readonly dialect: number;
}

/** How a life of a link ended: the other side closed in good order, it broke or never began, it was silent for too long. */
export type LinkEnding = "eof" | "error" | "timeout";

/** What the pool wants to know of its links. No call may throw. */
export interface UpstreamObserver {
  /** Bytes came: the engine lives. */
  onAlive(): void;
  onUp(link: Link): void;
  /** A try to connect failed, or the link ended. */
  onDown(link: Link, reason: string, ending: LinkEnding): void;
  /** `count` requests got no reply in time; `silent` when the engine sent nothing at all for as long. */
  onTimeouts(count: number, silent: boolean): void;
  /** `count` requests were lost with the link. */
  onDropped(count: number): void;
  /** The engine does not speak this link's dialect; it will not be tried again. */
  onUnsupported(link: Link, problem: string): void;
}
