/**
 * Every path of the stats port: who may ask it, whether it changes state, what answers. `/help`, the list in a 404 and the table
 * of the README come from here. A path is added as a row, and its body as a file of its own.
 */
import { hashNameOf } from "../ring/hash/mod.ts";
import { describeCluster } from "./cluster_describe.ts";
import { setLevel, showLevels } from "./consistency_levels.ts";
import { dynoTokenMap } from "./dyno_token_map.ts";
import { showReadiness } from "./health.ts";
import { showHelp } from "./help.ts";
import { moveLogLevel, setLogLevel } from "./log_level.ts";
import { keyRulesOf, showOwners } from "./owner.ts";
import { orderPeer } from "./peer_orders.ts";
import { metricsResponse } from "./metrics.ts";
import { describePeers, peersOf } from "./peers.ts";
import { showReadRepairs, switchReadRepairs } from "./read_repairs.ts";
import { json, OK, text } from "./responses.ts";
import type { Route } from "./route.ts";
import { changeState, showState } from "./node_state.ts";
import { ringOf } from "./ring_view.ts";
import { showSeeds } from "./seeds_list.ts";
import { statsInfo } from "./stats_info.ts";
import { setTimeoutFactor, showTimeoutFactor } from "./timeout_factor.ts";
import { describeTopology } from "./topology.ts";
import { serveFile, servePage } from "./ui/mod.ts";

export const routes: readonly Route[] = [
  {
    path: "/",
    access: "anyone",
    doc: "The same as `/info`.",
    handle: ({ node }) => json(statsInfo(node)),
  },
  {
    path: "/info",
    access: "anyone",
    doc: "The statistics as one JSON object with C Dynomite's field names; `-D` describes them.",
    handle: ({ node }) => json(statsInfo(node)),
  },
  {
    path: "/metrics",
    access: "anyone",
    doc: "The statistics for Prometheus: counters, queues, histograms of latencies by hop, peers, the ring.",
    handle: ({ node }) => metricsResponse(node),
  },
  {
    path: "/help",
    access: "operator",
    doc: "These paths, one a line.",
    handle: () => showHelp(routes),
  },
  {
    path: "/ping",
    access: "anyone",
    doc: "`OK`: the process answers.",
    handle: () => text(OK),
  },
  {
    path: "/healthz",
    access: "anyone",
    doc: "`OK` as long as the process lives, whatever its engine and peers do: for restarts.",
    handle: () => text(OK),
  },
  {
    path: "/readyz",
    access: "anyone",
    doc:
      "`OK` when clients should be sent here: the client port is open, the state is NORMAL, the datastore is up. Else 503 " +
      "with the reason.",
    handle: ({ node: { serving, state, parts } }) => showReadiness({ serving, state, engine: parts.dataStore }),
  },
  {
    path: "/cluster_describe",
    access: "anyone",
    doc: "The cluster in C Dynomite's shape, with each node's state.",
    handle: ({ node }) => json(describeCluster(ringOf(node))),
  },
  {
    path: "/REST/v1/admin/cluster_describe",
    access: "anyone",
    doc: "The same in the shape that Dyno clients read: an array whose every value is a string.",
    handle: ({ node }) => json(dynoTokenMap(node.topology, node.clientPort, node.options.hashTag)),
  },
  {
    path: "/REST/v1/admin/get_seeds",
    access: "anyone",
    doc: "The same as a list for `florida_provider`: this node can be the one that others ask who there is.",
    handle: ({ node }) => showSeeds(node.topology),
  },
  {
    path: "/topology",
    access: "operator",
    doc: "The ring: racks, tokens, the percentage of its rack that each node owns, states.",
    handle: ({ node }) => json(describeTopology(ringOf(node), hashNameOf(node.options.hash), node.options.hashTag)),
  },
  {
    path: "/owner",
    access: "operator",
    doc:
      "`/owner?key=K`, or with `&encoding=base64`: which nodes hold the key, in which order reads ask them, and why.",
    handle: ({ node, query }) => showOwners(query, ringOf(node), keyRulesOf(node)),
  },
  {
    path: "/peers",
    access: "operator",
    doc: "The other nodes as this one sees them: links, queues, suspicion (phi), last error.",
    handle: ({ node }) => json(describePeers(peersOf(node))),
  },
  {
    path: "/slowlog",
    access: "operator",
    doc: "The slowest requests of late, newest first: those of `SLOWLOG GET`.",
    handle: ({ node }) => json(node.slowLog.list()),
  },
  {
    path: "/hotkeys",
    access: "operator",
    doc: "The keys that clients ask for most, hottest first, from a sample of the last minute.",
    handle: ({ node }) => json(node.hotKeys.list()),
  },
  {
    path: "/ui",
    access: "page",
    doc:
      "The dashboard, for a browser: the ring and its states, charts, queues, slow log, hot keys, the owners of a key.",
    handle: ({ headers }) => servePage(headers.get("if-none-match")),
  },
  {
    path: "/ui/<file>",
    access: "page",
    doc: "What the dashboard loads.",
    handle: ({ args: [file], headers }) => serveFile(file!, headers.get("if-none-match")),
  },
  {
    path: "/get_consistency",
    access: "operator",
    doc: "The consistency levels of reads and of writes.",
    handle: ({ node }) => showLevels(node.levels),
  },
  {
    path: "/set_consistency/<read|write>/<dc_one|dc_quorum|dc_safe_quorum|dc_each_safe_quorum>",
    access: "operator",
    changes: true,
    doc: "Sets a level for all connections, open ones too, but for those that set their own by `DYNO_CONFIG`.",
    handle: ({ node, args: [side, level] }) => setLevel(node.levels, side!, level!),
  },
  {
    path: "/get_timeout_factor",
    access: "operator",
    doc: "By how much the time limits of replies are stretched, as `Timeout factor: 1`.",
    handle: ({ node }) => showTimeoutFactor(node),
  },
  {
    path: "/set_timeout_factor/<1-10>",
    access: "operator",
    changes: true,
    doc:
      "Replies of the datastore and of peers may take so many times `timeout` (and its allowances), from now on, also those " +
      "that are waited for.",
    handle: ({ node, args: [factor] }) => setTimeoutFactor(node, factor!),
  },
  {
    path: "/historeset",
    access: "operator",
    changes: true,
    doc: "Empties the histograms behind all latencies and percentiles, which otherwise begin anew every 5 minutes.",
    handle: ({ node }) => {
      node.resetHistograms();
      return text(OK);
    },
  },
  {
    path: "/state/get_state",
    access: "operator",
    doc: "The state of this node, as `State: NORMAL`.",
    handle: ({ node }) => showState(node.state),
  },
  {
    path: "/state/<standby|writes_only|resuming|normal|leaving>",
    access: "operator",
    changes: true,
    doc:
      "Puts this node in a state, and tells the others by gossip. `leaving` takes it out of their rings for good and needs " +
      "gossip; it serves until it is stopped.",
    handle: ({ node, args: [name] }) => changeState(node, name!),
  },
  {
    path: "/peer/<up|down|reset>/<name|all>",
    access: "operator",
    changes: true,
    doc:
      "For this node alone: `down` sends a peer nothing more, `up` ends that, `reset` also makes its links anew. The name is " +
      "that of `/cluster_describe`, its host, or `host:port`.",
    handle: ({ node, args: [order, name] }) => orderPeer(node, order!, name!),
  },
  {
    path: "/setloglevel/<0-11>",
    access: "operator",
    changes: true,
    doc: "Sets the log level, numbered as for `-v`.",
    handle: ({ node: { parts }, args: [level] }) => setLogLevel(parts.logLevel, level!),
  },
  {
    path: "/loglevelup",
    access: "operator",
    changes: true,
    doc: "One log level more, as SIGTTIN.",
    handle: ({ node: { parts } }) => moveLogLevel(parts.logLevel, 1),
  },
  {
    path: "/logleveldown",
    access: "operator",
    changes: true,
    doc: "One log level less, as SIGTTOU.",
    handle: ({ node: { parts } }) => moveLogLevel(parts.logLevel, -1),
  },
  {
    path: "/read_repairs",
    access: "operator",
    doc: "`Read Repairs: DISABLED`: there is no read repair yet.",
    handle: () => showReadRepairs(),
  },
  {
    path: "/read_repairs/<enable|disable>",
    access: "operator",
    changes: true,
    doc: "`disable` succeeds, as there is nothing to do; `enable` is answered with 501 until there is read repair.",
    handle: ({ args: [action] }) => switchReadRepairs(action!),
  },
];
