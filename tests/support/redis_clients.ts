/**
 * The Redis clients of npm behind one interface, so that one scenario runs with each of them as it is installed: every version
 * that is in use, in every protocol version it speaks, otherwise with default options.
 */
import { Buffer } from "node:buffer";
import { Redis as Redis5 } from "ioredis5";
import { Redis as Redis6 } from "ioredis6";
import { commandOptions, createClient as createClient4 } from "redis4";
import { createClient as createClient5, RESP_TYPES as types5 } from "redis5";
import { createClient as createClient6, RESP_TYPES as types6 } from "redis6";

/** What the scenario needs of a client; each method is the client's own way of doing it. */
export interface NpmClient {
  /** Any command by its words; the reply as the client shows it. */
  send(...args: string[]): Promise<unknown>;
  setBytes(key: Buffer, value: Buffer): Promise<unknown>;
  getBytes(key: Buffer): Promise<Buffer | null>;
  hset(key: string, fields: Record<string, string>): Promise<unknown>;
  hgetall(key: string): Promise<Record<string, string>>;
  smembers(key: string): Promise<string[]>;
  /** Members with their scores, by the client's own method for it. */
  zrangeWithScores(key: string): Promise<unknown>;
  mget(keys: string[]): Promise<(string | null)[]>;
  /** Sent together, answered in order. */
  pipeline(commands: string[][]): Promise<unknown[]>;
  /** All keys that match, by the client's iterator. */
  scan(match: string): Promise<string[]>;
  /** Another connection with the same options. */
  duplicate(): Promise<NpmClient>;
  close(): Promise<void>;
}

export interface NpmClientKind {
  readonly name: string;
  /** The RESP version its connections speak. */
  readonly resp: 2 | 3;
  connect(port: number, password?: string): Promise<NpmClient>;
}

const host = "127.0.0.1";

const secret = (password: string | undefined) => password === undefined ? {} : { password };

/** Reconnecting after a link was cut is normal; an `error` event that nobody hears would end the process. */
function ignore(): void {}

type AnyIoredis = Redis5 | Redis6;

async function ioredis(redis: AnyIoredis): Promise<NpmClient> {
  redis.on("error", ignore);
  await redis.ping();
  return {
    send: (name, ...args) => redis.call(name!, ...args),
    setBytes: (key, value) => redis.set(key, value),
    getBytes: (key) => redis.getBuffer(key),
    hset: (key, fields) => redis.hset(key, fields),
    hgetall: (key) => redis.hgetall(key),
    smembers: (key) => redis.smembers(key),
    zrangeWithScores: (key) => redis.zrange(key, 0, "-1", "WITHSCORES"),
    mget: (keys) => redis.mget(keys),
    pipeline: async (commands) => {
      // A pipeline calls the client's methods by their names, which are in lower case.
      const batch = commands.map(([name, ...args]) => [name!.toLowerCase(), ...args]);
      const results = await redis.pipeline(batch).exec();
      return results!.map(([error, value]) => error === null ? value : error.message);
    },
    scan: async (match) => {
      const keys: string[] = [];
      for await (const page of redis.scanStream({ match, count: 7 })) keys.push(...page as string[]);
      return keys;
    },
    duplicate: () => ioredis(redis.duplicate()),
    close: async () => {
      const ended = new Promise((resolve) => redis.once("end", resolve));
      await redis.quit();
      await ended;
    },
  };
}

async function nodeRedis4(client: ReturnType<typeof createClient4>): Promise<NpmClient> {
  client.on("error", ignore);
  await client.connect();
  return {
    send: (...args) => client.sendCommand(args),
    setBytes: (key, value) => client.set(key, value),
    getBytes: (key) => client.get(commandOptions({ returnBuffers: true }), key),
    hset: (key, fields) => client.hSet(key, fields),
    hgetall: (key) => client.hGetAll(key),
    smembers: (key) => client.sMembers(key),
    zrangeWithScores: (key) => client.zRangeWithScores(key, 0, -1),
    mget: (keys) => client.mGet(keys),
    pipeline: (commands) => {
      let multi = client.multi();
      for (const command of commands) multi = multi.addCommand(command);
      return multi.execAsPipeline();
    },
    scan: async (match) => {
      const keys: string[] = [];
      for await (const key of client.scanIterator({ MATCH: match, COUNT: 7 })) keys.push(key);
      return keys;
    },
    duplicate: () => nodeRedis4(client.duplicate() as typeof client),
    close: async () => {
      await client.quit();
    },
  };
}

function create5(port: number, password: string | undefined, RESP?: 2 | 3) {
  return createClient5({ socket: { host, port }, ...secret(password), ...(RESP === undefined ? {} : { RESP }) });
}
function create6(port: number, password: string | undefined, RESP?: 2 | 3) {
  return createClient6({ socket: { host, port }, ...secret(password), ...(RESP === undefined ? {} : { RESP }) });
}

async function nodeRedis5(client: ReturnType<typeof create5>): Promise<NpmClient> {
  client.on("error", ignore);
  await client.connect();
  const bytes = client.withTypeMapping({ [types5.BLOB_STRING]: Buffer });
  return {
    send: (...args) => client.sendCommand(args),
    setBytes: (key, value) => client.set(key, value),
    getBytes: (key) => bytes.get(key),
    hset: (key, fields) => client.hSet(key, fields),
    hgetall: (key) => client.hGetAll(key),
    smembers: async (key) => [...await client.sMembers(key)],
    zrangeWithScores: (key) => client.zRangeWithScores(key, 0, -1),
    mget: (keys) => client.mGet(keys),
    pipeline: (commands) => {
      let multi = client.multi();
      for (const command of commands) multi = multi.addCommand(command);
      return multi.execAsPipeline();
    },
    scan: async (match) => {
      const keys: string[] = [];
      for await (const page of client.scanIterator({ MATCH: match, COUNT: 7 })) keys.push(...page);
      return keys;
    },
    duplicate: () => nodeRedis5(client.duplicate() as typeof client),
    close: () => client.close(),
  };
}

async function nodeRedis6(client: ReturnType<typeof create6>): Promise<NpmClient> {
  client.on("error", ignore);
  await client.connect();
  const bytes = client.withTypeMapping({ [types6.BLOB_STRING]: Buffer });
  return {
    send: (...args) => client.sendCommand(args),
    setBytes: (key, value) => client.set(key, value),
    getBytes: (key) => bytes.get(key),
    hset: (key, fields) => client.hSet(key, fields),
    hgetall: (key) => client.hGetAll(key),
    smembers: async (key) => [...await client.sMembers(key)],
    zrangeWithScores: (key) => client.zRangeWithScores(key, 0, -1),
    mget: (keys) => client.mGet(keys),
    pipeline: (commands) => {
      let multi = client.multi();
      for (const command of commands) multi = multi.addCommand(command);
      return multi.execAsPipeline();
    },
    scan: async (match) => {
      const keys: string[] = [];
      for await (const page of client.scanIterator({ MATCH: match, COUNT: 7 })) keys.push(...page);
      return keys;
    },
    duplicate: () => nodeRedis6(client.duplicate() as typeof client),
    close: () => client.close(),
  };
}

/** Every client, with default options and with the other protocol version where it has one. */
export const npmClients: readonly NpmClientKind[] = [
  {
    name: "ioredis 5",
    resp: 2,
    connect: (port, password) => ioredis(new Redis5(port, host, secret(password))),
  },
  {
    name: "ioredis 6 (default options)",
    resp: 3,
    connect: (port, password) => ioredis(new Redis6(port, host, secret(password))),
  },
  {
    name: "ioredis 6, protocol 2",
    resp: 2,
    connect: (port, password) => ioredis(new Redis6(port, host, { ...secret(password), protocol: 2 })),
  },
  {
    name: "ioredis 6, RESP3 shapes",
    resp: 3,
    connect: (port, password) =>
      ioredis(new Redis6(port, host, { ...secret(password), protocol: 3, replyMapping: "resp3" })),
  },
  {
    name: "node-redis 4",
    resp: 2,
    connect: (port, password) => nodeRedis4(createClient4({ socket: { host, port }, ...secret(password) })),
  },
  { name: "node-redis 5 (default options)", resp: 2, connect: (port, password) => nodeRedis5(create5(port, password)) },
  { name: "node-redis 5, RESP 3", resp: 3, connect: (port, password) => nodeRedis5(create5(port, password, 3)) },
  { name: "node-redis 6, RESP 2", resp: 2, connect: (port, password) => nodeRedis6(create6(port, password, 2)) },
  { name: "node-redis 6 (default options)", resp: 3, connect: (port, password) => nodeRedis6(create6(port, password)) },
];
