/** Commands on when a key expires. */
import { decodeToZero } from "../../../bytes.ts";
import { type Call, CommandError, type Handler } from "../call.ts";
import { readAnyTime, type TimeForm } from "../expire_time.ts";

interface Conditions {
  none: boolean;
  some: boolean;
  later: boolean;
  earlier: boolean;
}

function readConditions(call: Call): Conditions {
  const conditions: Conditions = { none: false, some: false, later: false, earlier: false };
  for (let i = 3; i < call.argCount; i++) {
    const word = call.word(i);
    if (word === "nx") conditions.none = true;
    else if (word === "xx") conditions.some = true;
    else if (word === "gt") conditions.later = true;
    else if (word === "lt") conditions.earlier = true;
    else throw new CommandError(`ERR Unsupported option ${decodeToZero(call.arg(i))}`);
  }
  if (conditions.none && (conditions.some || conditions.later || conditions.earlier)) {
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.later && conditions.earlier) {
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

function expire(command: string, form: TimeForm): Handler {
  return (call) => {
    const { keyspace, clock } = call.engine;
    const conditions = readConditions(call);
    const expiresAt = readAnyTime(call.integer(2), call, form, command);
    const id = keyspace.find(call.arg(1));
    if (id === 0 || !allows(conditions, keyspace.expiresAt, expiresAt)) return call.out.integer(0);
    if (expiresAt <= clock.wall()) keyspace.remove(id);
    else keyspace.setExpiry(id, expiresAt);
    call.out.integer(1);
  };
}

/** A key without expiry counts as one that expires in the infinite future. */
function allows(conditions: Conditions, current: number, wanted: number): boolean {
  if (conditions.none && current !== 0) return false;
  if (conditions.some && current === 0) return false;
  if (conditions.later && (current === 0 || wanted <= current)) return false;
  return !(conditions.earlier && current !== 0 && wanted >= current);
}

/** TTL and its kin: -2 for no key, -1 for no expiry, else what `answer` makes of the time, in wall ms. */
function timeOf(answer: (expiresAt: number, now: number) => number): Handler {
  return (call) => {
    const { keyspace, clock } = call.engine;
    if (keyspace.find(call.arg(1)) === 0) call.out.integer(-2);
    else if (keyspace.expiresAt === 0) call.out.integer(-1);
    else call.out.integer(answer(keyspace.expiresAt, Math.floor(clock.wall())));
  };
}

function persist(call: Call): void {
  const { keyspace } = call.engine;
  const id = keyspace.find(call.arg(1));
  const expires = id !== 0 && keyspace.expiresAt !== 0;
  if (expires) keyspace.setExpiry(id, 0);
  call.out.integer(expires ? 1 : 0);
}

const toSeconds = (milliseconds: number) => Math.floor((milliseconds + 500) / 1000);

export const expiryCommands: Record<string, Handler> = {
  expire: expire("expire", { seconds: true, relative: true }),
  pexpire: expire("pexpire", { seconds: false, relative: true }),
  expireat: expire("expireat", { seconds: true, relative: false }),
  pexpireat: expire("pexpireat", { seconds: false, relative: false }),
  ttl: timeOf((expiresAt, now) => toSeconds(Math.max(0, expiresAt - now))),
  pttl: timeOf((expiresAt, now) => Math.max(0, expiresAt - now)),
  expiretime: timeOf(toSeconds),
  pexpiretime: timeOf((expiresAt) => expiresAt),
  persist,
};
