/**
 * Settles once every promise that can go on by itself has done so: the event loop gets to the next immediate only when no
 * microtask is left. Takes no time a clock could measure, and does not wait for sockets.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
