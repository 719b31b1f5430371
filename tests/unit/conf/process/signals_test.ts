import { assertEquals } from "@std/assert";
import { fillText, type LogFields } from "../../../../core/logger.ts";
import { handleSignals, type SignalSource } from "../../../../conf/process/signals.ts";

class FakeSignals implements SignalSource {
  readonly handlers = new Map<Deno.Signal, () => void>();
  add(signal: Deno.Signal, handler: () => void): void {
    this.handlers.set(signal, handler);
  }
  remove(signal: Deno.Signal, handler: () => void): void {
    if (this.handlers.get(signal) === handler) this.handlers.delete(signal);
  }
  send(signal: Deno.Signal): void {
    this.handlers.get(signal)?.();
  }
}

function setup(reopen: () => boolean = () => false) {
  const events: string[] = [];
  const signals = new FakeSignals();
  const log = {
    level: 5,
    reopen,
    notice: (text: string, fields?: LogFields) => void events.push(fillText(text, fields)),
    error: (text: string, fields?: LogFields) => void events.push(`error: ${fillText(text, fields)}`),
  };
  const release = handleSignals(signals, log, {
    stop: (code) => void events.push(`stop ${code}`),
    exit: (code) => void events.push(`exit ${code}`),
  });
  return { events, signals, log, release };
}

Deno.test("handleSignals() drains at the first SIGINT or SIGTERM and ends at the second", () => {
  const { events, signals } = setup();
  signals.send("SIGTERM");
  signals.send("SIGINT");
  assertEquals(events, [
    "signal 15 (SIGTERM) received, draining",
    "stop 143",
    "signal 2 (SIGINT) received, ending at once",
    "exit 130",
  ]);
});

Deno.test("handleSignals() changes the level", () => {
  const { events, signals, log } = setup();
  signals.send("SIGTTIN");
  signals.send("SIGTTIN");
  signals.send("SIGTTOU");
  assertEquals(log.level, 6);
  assertEquals(events.at(-1), "signal 22 (SIGTTOU) received, down log level to 6");
});

Deno.test("handleSignals() reopens the log, and says when that fails", () => {
  let reopened = 0;
  const good = setup(() => ++reopened > 0);
  good.signals.send("SIGHUP");
  assertEquals([reopened, good.events], [1, ["signal 1 (SIGHUP) received, log file reopened"]]);
  const none = setup();
  none.signals.send("SIGHUP");
  assertEquals(none.events, ["signal 1 (SIGHUP) received, nothing to reopen: the log is not a file"]);
  const bad = setup(() => {
    throw new Error("no such folder");
  });
  bad.signals.send("SIGHUP");
  assertEquals(bad.events, [
    "error: signal 1 (SIGHUP) received, but the log file cannot be reopened: no such folder; the old one stays",
  ]);
});

Deno.test("handleSignals() ignores the user signals, and lets go of all", () => {
  const { events, signals, release } = setup();
  signals.send("SIGUSR1");
  signals.send("SIGUSR2");
  assertEquals(events, ["signal 10 (SIGUSR1) received, ignored", "signal 12 (SIGUSR2) received, ignored"]);
  release();
  assertEquals(signals.handlers.size, 0);
});
