/**
 * What the process does on signals:
 *
 *     SIGINT, SIGTERM    drain and end with 0; a second one ends at once (130, 143)
 *     SIGHUP             reopen the log file, after log rotation has moved it away
 *     SIGTTIN, SIGTTOU   one log level up, one down
 *     SIGUSR1, SIGUSR2   nothing but a line in the log; at SIGUSR1 the runtime may start its inspector by itself
 */
import { messageOf } from "../../core/logger.ts";
import type { Log } from "../log.ts";

/** Where signals come from: the system, or a test. */
export interface SignalSource {
  add(signal: Deno.Signal, handler: () => void): void;
  remove(signal: Deno.Signal, handler: () => void): void;
}

export const systemSignals: SignalSource = {
  add: (signal, handler) => whereKnown(() => Deno.addSignalListener(signal, handler)),
  remove: (signal, handler) => whereKnown(() => Deno.removeSignalListener(signal, handler)),
};

/** Windows knows few signals. One that it does not have cannot come, so nothing is lost without its handler. */
function whereKnown(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (Deno.build.os !== "windows" || !(error instanceof TypeError)) throw error;
  }
}

export interface SignalActions {
  /** Begins the drained stop. Called once. `code` is for a process that has nothing to drain yet. */
  stop(code: number): void;
  /** Ends the process now. */
  exit(code: number): void;
}

/** As Linux numbers them; for the log and exit codes. */
const numbers = { SIGHUP: 1, SIGINT: 2, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15, SIGTTIN: 21, SIGTTOU: 22 } as const;
type Handled = keyof typeof numbers;

/** Handles the signals above until the returned function is called. */
export function handleSignals(source: SignalSource, log: SignalLog, actions: SignalActions): () => void {
  let stopping = false;
  const note = (signal: Handled, action: string) =>
    log.notice("signal {number} ({signal}) received, {action}", { number: numbers[signal], signal, action });

  const end = (signal: "SIGINT" | "SIGTERM") => () => {
    const code = 128 + numbers[signal];
    if (stopping) {
      note(signal, "ending at once");
      return actions.exit(code);
    }
    stopping = true;
    note(signal, "draining");
    actions.stop(code);
  };
  const changeLevel = (signal: "SIGTTIN" | "SIGTTOU", by: number, direction: string) => () => {
    log.level += by;
    note(signal, `${direction} log level to ${log.level}`);
  };
  const handlers: Record<Handled, () => void> = {
    SIGINT: end("SIGINT"),
    SIGTERM: end("SIGTERM"),
    SIGTTIN: changeLevel("SIGTTIN", 1, "up"),
    SIGTTOU: changeLevel("SIGTTOU", -1, "down"),
    SIGUSR1: () => note("SIGUSR1", "ignored"),
    SIGUSR2: () => note("SIGUSR2", "ignored"),
    SIGHUP: () => {
      try {
        note("SIGHUP", log.reopen() ? "log file reopened" : "nothing to reopen: the log is not a file");
      } catch (error) {
        const facts = { signal: "SIGHUP", reason: messageOf(error) };
        log.error(
          "signal 1 ({signal}) received, but the log file cannot be reopened: {reason}; the old one stays",
          facts,
        );
      }
    },
  };
  const entries = Object.entries(handlers) as [Handled, () => void][];
  for (const [signal, handler] of entries) source.add(signal, handler);
  return () => {
    for (const [signal, handler] of entries) source.remove(signal, handler);
  };
}

/** What the handlers need of the log. */
export type SignalLog = Pick<Log, "level" | "reopen" | "notice" | "error">;
