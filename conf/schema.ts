/**
 * Every configuration option, in one table. The `Conf` type, the reading of files, `--help`, the option table of the
 * README, the commented sample files and CONFIG GET all come from it: an option is added here and nowhere else.
 *
 * A row says what turning the value up or down does. Defaults are written as they would be in a file and read by the
 * option's own kind, so a default that is not accepted cannot exist. Rows made with `ignored` are keys of older versions:
 * their values are checked, a notice says what they mean now, and they have no field in `Conf`.
 */
import { ignored, joined, list, one, type Option, single } from "./option.ts";
import {
  anyAddress,
  automatic,
  bearerToken,
  byteSize,
  consistency,
  dataStoreAddress,
  flag,
  hashTag,
  type Kind,
  placeName,
  seedAddress,
  tcpAddress,
  text,
  tokenList,
  wholeNumber,
  word,
} from "./value_kinds.ts";

/** The greatest number C Dynomite's files can hold. */
const greatest = 2147483647;
const milliseconds = (least: number): Kind<number> => wholeNumber(least, greatest);

/** The hash functions by conf name; core/ring/hash has one file for each. */
export const hashNames = [
  "one_at_a_time",
  "md5",
  "crc16",
  "crc32",
  "crc32a",
  "fnv1_64",
  "fnv1a_64",
  "fnv1_32",
  "fnv1a_32",
  "hsieh",
  "murmur",
  "jenkins",
  "murmur3",
] as const;

export const options = {
  listen: one(anyAddress, {
    key: "listen",
    group: "Addresses",
    required: true,
    doc: "Where clients connect. 0.0.0.0 listens on every interface; a path that starts with / is a unix socket.",
  }),
  dynListen: one(tcpAddress, {
    key: "dyn_listen",
    group: "Addresses",
    doc: "Where other nodes connect. Anyone who can reach it can read and write everything, so keep it on a private " +
      "network. Without it the node takes no peers, which only a ring of one node can do.",
  }),
  statsListen: one(tcpAddress, {
    key: "stats_listen",
    group: "Addresses",
    default: "0.0.0.0:22222",
    doc: "Where statistics and admin commands are served over HTTP, on every interface unless told otherwise: " +
      "127.0.0.1:22222 keeps it to this machine. Who may do what there is said by admin_token.",
  }),
  server: single(dataStoreAddress, {
    key: "servers",
    group: "Storage",
    doc: "The one store that keeps this node's data: a Redis or Memcached server as host:port:weight or " +
      "/path/to.sock:weight with an optional name for the statistics (the weight may be left out), or the engine inside " +
      "this process, embedded (in memory) or embedded:/path/to.db (in a file).",
  }),
  dataStore: one(word(["redis", "memcached"], { "0": "redis", "1": "memcached" }), {
    key: "data_store",
    group: "Storage",
    default: "0",
    doc: "The protocol clients speak, and the kind of server behind it: 0 or redis, 1 or memcached.",
  }),
  datastoreConnections: one(wholeNumber(1, 255), {
    key: "datastore_connections",
    group: "Storage",
    unit: "connections",
    default: "1",
    doc:
      "Connections to the datastore. Each client keeps to one of them, so that its requests stay in order. More let a " +
      "store with several threads work in parallel; with Redis one is usually fastest, as more is sent per call.",
  }),
  preconnect: one(flag, {
    key: "preconnect",
    group: "Storage",
    default: "true",
    doc: "Whether the connections to the datastore are opened at the start; false opens each when it is first needed.",
  }),
  datastoreUser: one(text, {
    key: "datastore_user",
    group: "Storage",
    doc: "User name given to the Redis server behind this node, where it has access control lists.",
  }),
  datastorePassword: one(text, {
    key: "datastore_password",
    group: "Storage",
    secret: true,
    doc: "Password given to the Redis server behind this node on every new connection.",
  }),
  datastoreDatabase: one(wholeNumber(0, 65535), {
    key: "datastore_database",
    group: "Storage",
    default: "0",
    doc: "Number of the database that is selected in the Redis server behind this node. Clients always see it as 0.",
  }),
  dataStoreSync: one(word(["full", "normal", "off"]), {
    key: "data_store_sync",
    group: "Storage",
    default: "normal",
    doc:
      "How hard the embedded engine writes its file. Whichever it is, the death of the process (kill -9) takes nothing that " +
      "was acknowledged; they differ in a power cut. With full nothing acknowledged is lost then either, at the price of a " +
      "disk flush per batch of writes; with normal the last moments may be lost, never the file's integrity; with off the " +
      "file may be damaged.",
  }),
  datacenter: one(placeName, {
    key: "datacenter",
    group: "Place in the ring",
    default: "localdc",
    doc: "The datacenter this node is in. Every datacenter holds all data, in each of its racks.",
  }),
  rack: one(placeName, {
    key: "rack",
    group: "Place in the ring",
    default: "localrack",
    doc:
      "The rack this node is in. Every rack holds one full copy of the data, parted among its nodes by their tokens.",
  }),
  tokens: joined(tokenList, {
    key: "tokens",
    group: "Place in the ring",
    default: "0",
    doc:
      "This node's places on its rack's ring, 0 to 4294967295: a number, a comma list or a YAML list. A node owns the " +
      "keys that hash above the token before its own, up to its own. A rack of N nodes is even with tokens at " +
      "multiples of 4294967296 / N. May be left out where there are no other nodes.",
  }),
  hash: one(word(hashNames), {
    key: "hash",
    group: "Place in the ring",
    default: "murmur",
    doc:
      "The function that makes a token of a key. It must be the same on every node; changing it moves nearly every key.",
  }),
  hashTag: one(hashTag, {
    key: "hash_tag",
    group: "Place in the ring",
    doc:
      "Two characters, such as {}: where a key holds both, only the part between them is hashed, so that related keys " +
      "live on one node. It must be the same on every node.",
  }),
  readConsistency: one(consistency, {
    key: "read_consistency",
    group: "Consistency",
    default: "dc_one",
    doc: "How many copies a read asks: dc_one the nearest; dc_quorum a majority of the local datacenter's racks; " +
      "dc_safe_quorum such a majority, whose answers must agree; dc_each_safe_quorum that in every datacenter. " +
      "Higher levels see newer data and fail sooner when racks are down.",
  }),
  writeConsistency: one(consistency, {
    key: "write_consistency",
    group: "Consistency",
    default: "dc_one",
    doc:
      "How many copies must have a write before the client is answered; the levels of read_consistency. Every rack " +
      "of every datacenter is sent the write whatever the level.",
  }),
  readRepairsEnabled: one(flag, {
    key: "read_repairs_enabled",
    group: "Consistency",
    default: "false",
    doc: "Whether a read that finds differing copies mends the stale ones. Needs both consistencies above dc_one.",
  }),
  timeoutMs: one(milliseconds(1), {
    key: "timeout",
    group: "Time limits and failures",
    unit: "ms",
    default: "5000",
    doc:
      "How long a request may wait for the datastore. Lower answers clients sooner when it is stuck; too low turns slow " +
      "commands into errors. Peers are given this and an allowance for their distance.",
  }),
  autoEjectHosts: one(flag, {
    key: "auto_eject_hosts",
    group: "Time limits and failures",
    default: "true",
    doc:
      "Whether a datastore or peer that failed server_failure_limit times in a row is left alone until it shows a sign of " +
      "life: requests then fail at once instead of waiting, or go to another replica.",
  }),
  serverRetryTimeoutMs: one(milliseconds(1), {
    key: "server_retry_timeout",
    group: "Time limits and failures",
    unit: "ms",
    default: "10000",
    doc:
      "How often an ejected datastore is asked for a sign of life, and the longest pause between two attempts to connect.",
  }),
  serverFailureLimit: one(wholeNumber(1, greatest), {
    key: "server_failure_limit",
    group: "Time limits and failures",
    unit: "failures",
    default: "3",
    doc:
      "Failures in a row (of connecting, or by timeout) after which auto_eject_hosts acts. Higher bears more hiccups.",
  }),
  clientConnections: one(wholeNumber(0, greatest), {
    key: "client_connections",
    group: "Bounds",
    unit: "connections",
    default: "10000",
    doc: "Clients connected at the same time; one more is refused with an error. 0 sets no limit but the system's.",
  }),
  backlog: one(wholeNumber(1, 65535), {
    key: "backlog",
    group: "Bounds",
    unit: "connections",
    default: "512",
    doc: "Connections the system holds until they are accepted. Raise it where many clients connect at once.",
  }),
  maxRequestBytes: one(byteSize(1024, 512 * 1024 ** 2), {
    key: "max_request_bytes",
    group: "Bounds",
    unit: "bytes",
    default: "64mb",
    doc: "The largest value, and the largest request but for its command and key; a larger one is an error. Higher " +
      "admits larger values and lets one client hold more memory.",
  }),
  bufferBudgetBytes: one(automatic(byteSize(1024 ** 2, 1024 ** 4)), {
    key: "buffer_budget",
    group: "Bounds",
    unit: "bytes",
    default: "auto",
    doc:
      "Memory for the buffers of all connections together. When it is used up clients are read more slowly. It must " +
      "hold at least one request of max_request_bytes. auto is 256mb, or half the limit of the JavaScript heap where " +
      "that is less, as in a small container.",
  }),
  maxClientPending: one(wholeNumber(1, 1048576), {
    key: "max_client_pending",
    group: "Bounds",
    unit: "requests",
    default: "4096",
    doc:
      "Requests of one client that may wait for their answers; a client that sends more is not read until some are " +
      "answered. Higher helps deep pipelines and lets one client take more of the node.",
  }),
  maxLinkPending: one(wholeNumber(1, 16777216), {
    key: "max_link_pending",
    group: "Bounds",
    unit: "requests",
    default: "65536",
    doc: "Requests that may wait on one connection to the datastore or a peer; one more fails at once as overloaded.",
  }),
  maxHeldWrites: one(wholeNumber(1, 16777216), {
    key: "max_held_writes",
    group: "Bounds",
    unit: "requests",
    default: "1000000",
    doc:
      "Writes that a node in the state WRITES_ONLY keeps for the time when it resumes; it misses what comes beyond. " +
      "Raise it where copying the data of a node takes long and many clients write.",
  }),
  maxHeldBytes: one(byteSize(1024 ** 2, 1024 ** 4), {
    key: "max_held_bytes",
    group: "Bounds",
    unit: "bytes",
    default: "256mb",
    doc: "Memory for these writes, about 400 bytes for each beside its own.",
  }),
  requirepass: one(text, {
    key: "requirepass",
    group: "Access",
    secret: true,
    doc:
      "Password that Redis clients must give with AUTH before anything else. It has nothing to do with the password " +
      "of the datastore.",
  }),
  adminToken: one(bearerToken, {
    key: "admin_token",
    group: "Access",
    secret: true,
    doc:
      "Token that operators and their tools must send to the stats port, as Authorization: Bearer, for everything that " +
      "changes the node or shows it in detail. Without it only callers on this machine may do that, and others get " +
      "the paths that a load balancer, a scraper or a client library needs; the README's Stats port has both lists.",
  }),
  dynSeedProvider: one(word(["simple_provider", "florida_provider", "dns_provider", "file_provider"]), {
    key: "dyn_seed_provider",
    group: "Peers and gossip",
    default: "simple_provider",
    doc: "Where peers beyond dyn_seeds are learned from, at the start and while running: simple_provider nowhere, " +
      "florida_provider an HTTP service, dns_provider TXT, A or AAAA records, file_provider the file dyn_seed_file. " +
      "Environment variables say which service and which records; the README has them.",
  }),
  dynSeedFile: one(text, {
    key: "dyn_seed_file",
    group: "Peers and gossip",
    doc:
      "The file that file_provider watches: lines as those of dyn_seeds, or one line with | between them. Replace it in " +
      "one step (write another, rename it), so that it is never read half written.",
  }),
  dynSeeds: list(seedAddress, {
    key: "dyn_seeds",
    group: "Peers and gossip",
    doc:
      "The other nodes, each as host:port:rack:datacenter:tokens with the port of its dyn_listen. They stay whatever a " +
      "seeds provider says. A line that means " +
      "this node itself is left out, so that one list can serve all nodes. A host that cannot be resolved is tried " +
      "again, it does not stop the start.",
  }),
  startState: one(word(["normal", "standby", "writes_only"]), {
    key: "start_state",
    group: "Peers and gossip",
    default: "normal",
    doc:
      "The state a node begins in, until an operator changes it on the stats port. standby keeps a node whose store is empty or " +
      "old from being read before it was warmed up; see Node states in the README.",
  }),
  localPeerConnections: one(wholeNumber(1, 255), {
    key: "local_peer_connections",
    group: "Peers and gossip",
    unit: "connections",
    default: "1",
    doc: "Connections to each peer of the same datacenter. More help only where one link cannot carry the traffic.",
  }),
  remotePeerConnections: one(wholeNumber(1, 255), {
    key: "remote_peer_connections",
    group: "Peers and gossip",
    unit: "connections",
    default: "1",
    doc: "Connections to each peer of another datacenter. More help where distance limits what one link carries.",
  }),
  connMsgRate: one(wholeNumber(0, greatest), {
    key: "conn_msg_rate",
    group: "Peers and gossip",
    unit: "messages/s",
    default: "50000",
    doc:
      "Messages per second on one connection to a peer of another datacenter. Lower spares the line between them and " +
      "lets replication fall behind under load. 0 sets no limit.",
  }),
  enableGossip: one(flag, {
    key: "enable_gossip",
    group: "Peers and gossip",
    default: "false",
    doc:
      "Whether nodes tell each other of the nodes they know and how those are: then dyn_seeds need only name a few, nodes " +
      "may join, move, be replaced and leave while the others run, and no request waits for a node known to be down. Only " +
      "nodes of this program take part; keep it false on nodes of C Dynomite.",
  }),
  gossipIntervalMs: one(milliseconds(100), {
    key: "gos_interval",
    group: "Peers and gossip",
    unit: "ms",
    default: "30000",
    doc:
      "Pause between two rounds of gossip and between two questions to the seeds provider, these up to a fifth shorter or " +
      "longer by chance. Shorter notices changes sooner and sends more.",
  }),
  phiThreshold: one(wholeNumber(3, 30), {
    key: "gos_phi_threshold",
    group: "Peers and gossip",
    default: "8",
    doc:
      "How sure a node must be before it takes a silent one for down: phi, the power of ten of the chance to be wrong. " +
      "With 8 that is after some 18 times the usual pause between two signs of life; higher is slower and errs less.",
  }),
  forgetAfterMs: one(wholeNumber(0, greatest), {
    key: "gos_forget_after",
    group: "Peers and gossip",
    unit: "ms",
    default: "259200000",
    doc:
      "With gossip, how long a node may be down before it is taken out of the ring and its range goes to the next node of " +
      "its rack, which does not hold its data. Lower mends the ring sooner where nobody replaces dead nodes; 0 never does it.",
  }),
  env: one(text, {
    key: "env",
    group: "Peers and gossip",
    default: "aws",
    doc: "Which environment variables hold this host's public name and address: those of EC2 with aws " +
      "(EC2_PUBLIC_HOSTNAME, EC2_PUBLIC_IPV4, EC2_LOCAL_IPV4), the plain ones with anything else (PUBLIC_HOSTNAME, " +
      "PUBLIC_IPV4, LOCAL_IPV4). By them a node recognises itself in the list of a seeds provider, and the first that is set is how gossip tells others " +
      "to reach it, in place of the host of dyn_listen.",
  }),
  secureServerOption: one(word(["none", "rack", "datacenter", "all"]), {
    key: "secure_server_option",
    group: "Peers and gossip",
    default: "none",
    doc:
      "Which links between nodes are encrypted: none, those that leave the rack, those that leave the datacenter, or " +
      "all. Encrypted links are not there yet: only none is accepted.",
  }),
  pemKeyFile: one(text, {
    key: "pem_key_file",
    group: "Peers and gossip",
    default: "conf/dynomite.pem",
    doc: "The RSA private key that nodes share for encrypted links. It is not read while secure_server_option is none.",
  }),
  slowlogSlowerThanUs: one(wholeNumber(-1, greatest), {
    key: "slowlog_log_slower_than",
    group: "Observing",
    unit: "µs",
    default: "10000",
    doc:
      "How long a client's request may take, from when it was read to its answer, before it is kept in the slow log " +
      "(SLOWLOG GET, /slowlog on the stats port). 0 keeps every request, -1 none. May be changed with CONFIG SET as " +
      "slowlog-log-slower-than.",
  }),
  slowlogLengthMax: one(wholeNumber(0, 1_000_000), {
    key: "slowlog_max_len",
    group: "Observing",
    unit: "requests",
    default: "128",
    doc:
      "Slow requests that are kept; the oldest goes when one more comes. Each takes up to 4 KB. May be changed with " +
      "CONFIG SET as slowlog-max-len.",
  }),
  hotkeysSampleEvery: one(wholeNumber(0, 1_000_000), {
    key: "hotkeys_sample_every",
    group: "Observing",
    unit: "requests",
    default: "256",
    doc: "One client request in so many is looked at to find the keys that are asked for most (/hotkeys on the stats " +
      "port). Lower finds them sooner and costs more; 1 looks at every request, 0 at none. May be changed with CONFIG SET.",
  }),
  traceSampleEvery: one(wholeNumber(0, 1_000_000), {
    key: "trace_sample_every",
    group: "Observing",
    unit: "requests",
    default: "0",
    doc:
      "One client request in so many is traced with OpenTelemetry, with a span for every node and engine that was asked; " +
      "0 traces none. It takes OTEL_DENO=true in the environment to export them. May be changed with CONFIG SET.",
  }),
  logFormat: one(word(["text", "json"]), {
    key: "log_format",
    group: "Logging",
    default: "text",
    doc:
      "How log lines are written: text for people, json for programs: one object per line with time (ISO 8601, UTC), " +
      "level, category (the part of the node), message, and the facts of the line, such as peer, rack or reason.",
  }),

  redis: ignored(
    flag,
    "redis",
    "The name of data_store before 2015: true means data_store: 0, false means data_store: 1. Use data_store.",
  ),
  statsInterval: ignored(
    milliseconds(0),
    "stats_interval",
    "C Dynomite added up its counters this often. Here every answer is computed when it is asked for: no effect.",
  ),
  mbufSize: ignored(
    wholeNumber(512, 512000, (value) => value % 16 === 0 ? undefined : "is not a multiple of 16"),
    "mbuf_size",
    "C Dynomite's buffer chunk. Buffers here grow and shrink on their own: no effect; see buffer_budget.",
  ),
  maxMsgs: ignored(
    wholeNumber(100000, 1000000),
    "max_msgs",
    "C Dynomite's cap on message objects: no effect; see max_client_pending and max_link_pending.",
  ),
  distribution: ignored(
    text,
    "distribution",
    "Keys are always placed by token: no effect.",
  ),
  serverConnections: ignored(
    text,
    "server_connections",
    "C Dynomite's connections to each server: no effect; see datastore_connections.",
  ),
  dynReadTimeout: ignored(
    wholeNumber(0, greatest),
    "dyn_read_timeout",
    "C Dynomite never used it: no effect; see timeout.",
  ),
  dynWriteTimeout: ignored(
    wholeNumber(0, greatest),
    "dyn_write_timeout",
    "C Dynomite never used it: no effect; see timeout.",
  ),
  dynConnections: ignored(
    wholeNumber(0, greatest),
    "dyn_connections",
    "C Dynomite never used it: no effect; see local_peer_connections and remote_peer_connections.",
  ),
  dynPort: ignored(
    wholeNumber(0, 65535),
    "dyn_port",
    "C Dynomite never used it: no effect; the port is part of dyn_listen.",
  ),
  dynSecureListen: ignored(
    tcpAddress,
    "dyn_secure_listen",
    "The second peer port of 2014 is gone: no effect; secure_server_option means links on dyn_listen.",
  ),
  reconKeyFile: ignored(
    text,
    "recon_key_file",
    "Key of C Dynomite's reconciliation engine, which it never started: no effect.",
  ),
  reconIvFile: ignored(
    text,
    "recon_iv_file",
    "Key of C Dynomite's reconciliation engine, which it never started: no effect.",
  ),
} as const;

type Options = typeof options;
type ConfName = { [N in keyof Options]: Options[N] extends Option<never> ? never : N }[keyof Options];
type ValueOf<O> = O extends Option<infer V> ? V : never;

/** A whole, checked configuration: one field per option that means something, with its default where nothing was written. */
export type Conf =
  & { readonly [N in ConfName]: ValueOf<Options[N]> }
  & {
    /** The name at the top of the file, `dyn_o_mite` as a rule. It is a key of the statistics. */
    readonly poolName: string;
  };

/** The field names of `Conf` that come from options. */
export type ConfField = ConfName;

/** All rows with their field names, in documentation order. */
export const optionRows: readonly (readonly [field: string, option: Option<unknown>])[] = Object.entries(options);

/** The row of a key as files write it. */
export function findOption(key: string): readonly [field: string, option: Option<unknown>] | undefined {
  return optionRows.find(([, option]) => option.key === key);
}
