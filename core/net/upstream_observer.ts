/** What the links to one engine or peer tell their pool. */
import type { UpstreamConnection } from "./upstream_connection.ts";

/** What the pool wants to know of its links. No call may throw. */
export interface UpstreamObserver {
  /** Bytes came: the engine lives. */
  onAlive(): void;
  onUp(link: UpstreamConnection): void;
  /** A try to connect failed, or the link ended. `eof` when the other side closed in good order. */
  onDown(link: UpstreamConnection, reason: string, eof: boolean): void;
  /** `count` replies came, of `bytes` together. */
  onReplies(count: number, bytes: number): void;
  /** `count` requests got no reply in time; `silent` when the engine sent nothing at all for as long. */
  onTimeouts(count: number, silent: boolean): void;
  /** `count` requests were lost with the link. */
  onDropped(count: number): void;
  /** The engine does not speak this link's dialect; it will not be tried again. */
  onUnsupported(link: UpstreamConnection, problem: string): void;
}
