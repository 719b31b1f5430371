/**
 * The pid file: one node per file. It is refused while another live process holds it, replaced when that one is gone
 * (a crash, kill -9), and removed at every end of ours.
 */
import process from "node:process";

/** Why the pid file cannot be ours, in one line. */
export class PidFileError extends Error {
  override name = "PidFileError";
}

export class PidFile {
  readonly #path: string;
  #held = true;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes our pid to `path`.
   *
   * @throws {PidFileError} when a live process holds the file, or it cannot be written.
   */
  static take(path: string): PidFile {
    // Twice, as a stale file is removed in between; a third start that wins the race against us is a live holder.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        Deno.writeTextFileSync(path, `${Deno.pid}\n`, { createNew: true, mode: 0o644 });
        return new PidFile(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw failure(path, "cannot be written", error);
      }
      const holder = readPid(path);
      // In containers every start may get the same pid: a file that names ours was left by a start before.
      if (holder !== undefined && holder !== Deno.pid && isAlive(holder)) {
        throw new PidFileError(`pid file ${path}: held by process ${holder}, which is running`);
      }
      try {
        Deno.removeSync(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw failure(path, "is stale and cannot be removed", error);
      }
    }
    throw new PidFileError(`pid file ${path}: another process keeps taking it`);
  }

  /** Removes the file, unless another process has put its own in place. Never throws; safe to call twice. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    try {
      if (readPid(this.#path) === Deno.pid) Deno.removeSync(this.#path);
    } catch {
      // Removed already, or its folder was: there is nothing left to tidy up.
    }
  }
}

function readPid(path: string): number | undefined {
  try {
    const text = Deno.readTextFileSync(path).trim();
    return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw failure(path, "cannot be read", error);
  }
}

/** Signal 0 asks whether a process is there without touching it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Anything but "no such process" (not ours to signal, no permission to ask) means it may well be there.
    return code !== "ESRCH";
  }
}

/** A process that has ended, but whose parent has not asked for its end (containers without an init are full of them). */
function isZombie(pid: number): boolean {
  try {
    return /^[0-9]+ \(.*\) Z /s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    // No such file system, or not allowed to look: it counts as alive.
    return false;
  }
}

function failure(path: string, what: string, error: unknown): PidFileError {
  return new PidFileError(`pid file ${path}: ${what}: ${error instanceof Error ? error.message : String(error)}`);
}
