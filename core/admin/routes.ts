/**
 * Every path of the stats port: who may ask it, whether it changes state, what answers. `/help`, the list in a 404 and the table
 * of the README come from here. A path is added as a row, and its body as a file of its own.
 */
import { setLevel, showLevels } from "./consistency_levels.ts";
import { showHelp } from "./help.ts";
import { json, OK, text } from "./responses.ts";
import type { Route } from "./route.ts";
import { statsInfo } from "./stats_info.ts";

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
    path: "/state/leaving",
    access: "operator",
    changes: true,
    doc: "Takes the node out of the rings of all others for good; needs gossip. It serves until it is stopped.",
    handle: ({ node }) => node.leave() ? text(OK) : text("enable_gossip is false: there is nobody to tell\n", 409),
  },
];
