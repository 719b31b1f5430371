import type { PeerRules } from "../../core/node.ts";

/** Links to peers as a test that is not about them wants them. */
export const peerRules: PeerRules = {
  localConnections: 1,
  remoteConnections: 1,
  localTimeoutMs: 5_200,
  remoteTimeoutMs: 6_000,
  retryMsMax: 1_000,
  pendingMax: 10_000,
  remoteRatePerSecond: 0,
  autoEject: false,
  failureMax: 3,
  replyBytesMax: 64 << 20,
};
