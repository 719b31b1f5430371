// @ts-check
/// <reference lib="dom" />
/** The page's own beginning: what is asked for how often, and which view is told of it. */
import { Api } from "./api.js";
import { Chart } from "./chart.js";
import { ConnectionView } from "./connection_view.js";
import { byId, setText } from "./dom.js";
import { count, duration, rate } from "./format.js";
import { showHotKeys, showSlowLog } from "./lists_view.js";
import { History, measure } from "./measures.js";
import { NodesView } from "./nodes_view.js";
import { OwnerView } from "./owner_view.js";
import { Poller } from "./poller.js";
import { RingView } from "./ring_view.js";
import { changesOf, showHealth, showIdentity, showMeasures } from "./summary_view.js";
import { startTheme } from "./theme.js";

/** @import { ApiError } from "./api.js" */
/** @import { HotKeys, Info, Peer, SlowCommand, Topology } from "./bodies.ts" */
/** @import { Measures, Reading } from "./measures.js" */

const FAST_MS = 2000;
const SLOW_MS = 5000;
/** What the charts show. */
const SPAN_S = 300;

const api = new Api();
const history = new History(SPAN_S * 1000, 3 * FAST_MS + 1000);
/** @type {Reading | undefined} */
let reading;
/** @type {Topology | undefined} */
let topology;
/** Its body as text: what is the same needs no drawing. */
let topologyText = "";

/** @type {readonly { chart: Chart, names: readonly (keyof Measures)[] }[]} */
const charts = [
  {
    names: ["reads", "writes", "errors"],
    chart: new Chart(
      byId("throughput"),
      [
        { label: "Reads", colour: "--series-1", filled: true },
        { label: "Writes", colour: "--series-2", dash: [6, 3] },
        { label: "Errors", colour: "--series-4", dash: [2, 3] },
      ],
      rate,
      SPAN_S,
    ),
  },
  {
    names: ["mean", "p95", "p99", "p999"],
    chart: new Chart(
      byId("latencies"),
      [
        { label: "Mean", colour: "--series-1", filled: true },
        { label: "p95", colour: "--series-2", dash: [8, 3] },
        { label: "p99", colour: "--series-3" },
        { label: "p99.9", colour: "--series-4", dash: [2, 3] },
      ],
      duration,
      SPAN_S,
    ),
  },
  {
    names: ["engineQueue", "peerQueue", "remoteQueue", "visitorQueue"],
    chart: new Chart(
      byId("queues"),
      [
        { label: "Engine", colour: "--series-1", filled: true },
        { label: "Peers of this datacenter", colour: "--series-2", dash: [8, 3] },
        { label: "Peers elsewhere", colour: "--series-3" },
        { label: "From other nodes", colour: "--series-4", dash: [2, 3] },
      ],
      count,
      SPAN_S,
    ),
  },
];

const ring = new RingView(byId("rings"), select);
const nodes = new NodesView(select);
const owner = new OwnerView(api, (ownership) => ring.showOwners(ownership));
const connection = new ConnectionView(api, () => pollers.forEach((poller) => poller.start()));

/** @type {string | undefined} */
let selected;

/** @param {string} id chosen in the ring or in the table; once more: no longer */
function select(id) {
  selected = selected === id ? undefined : id;
  ring.mark(selected);
  nodes.mark(selected);
}

/** @param {unknown} body */
function takeInfo(body) {
  const info = /** @type {Info} */ (body);
  const now = { at: performance.now(), info };
  const measures = measure(reading, now);
  reading = now;
  history.push(Date.now(), measures);
  showIdentity(info, topology);
  showMeasures(measures);
  for (const { chart, names } of charts) chart.show(history.columns(names));
  connection.answered();
}

/** @param {unknown} body */
function takeTopology(body) {
  connection.askToken(undefined);
  note("topology", undefined);
  const text = JSON.stringify(body);
  if (text === topologyText) return;
  topologyText = text;
  const next = /** @type {Topology} */ (body);
  const changes = changesOf(topology, next);
  const first = topology === undefined;
  topology = next;
  ring.show(next);
  nodes.show(next);
  const health = showHealth(next);
  // Read out when something changed, and at the beginning when something is wrong; never at every poll.
  if (changes !== "" || first) setText(byId("announcer"), `${changes}${changes === "" ? "" : ". "}${health}`);
  owner.refresh(next);
}

/**
 * Says in a section why it is empty.
 *
 * @param {string} section
 * @param {ApiError | undefined} error
 */
function note(section, error) {
  const at = byId(`${section}-problem`);
  at.hidden = error === undefined;
  if (error === undefined) return;
  setText(
    at,
    error.problem === "missing"
      ? "This node does not tell: its version has no such path."
      : error.problem === "token"
      ? "This node tells it only with its admin_token."
      : `Not to be had: ${error.message}`,
  );
}

/**
 * @param {string} section
 * @returns {(error: ApiError) => void}
 */
function failing(section) {
  return (error) => {
    if (error.problem === "token") connection.askToken(error);
    // The banner speaks for a node that does not answer.
    if (error.problem !== "unreachable") note(section, error);
  };
}

/**
 * @param {string} section
 * @param {(body: unknown) => void} take
 * @returns {(body: unknown) => void}
 */
function taking(section, take) {
  return (body) => {
    note(section, undefined);
    take(body);
  };
}

const pollers = [
  new Poller(api, "info", FAST_MS, takeInfo, (error) => {
    if (error.problem === "token") connection.askToken(error);
    else connection.lost();
  }),
  new Poller(api, "topology", FAST_MS, takeTopology, failing("topology")),
  new Poller(
    api,
    "peers",
    FAST_MS,
    taking("peers", (body) => nodes.showPeers(/** @type {Peer[]} */ (body))),
    failing("peers"),
  ),
  new Poller(
    api,
    "slowlog",
    SLOW_MS,
    taking("slow", (body) => showSlowLog(/** @type {SlowCommand[]} */ (body))),
    failing("slow"),
  ),
  new Poller(
    api,
    "hotkeys",
    SLOW_MS,
    taking("hot", (body) => showHotKeys(/** @type {HotKeys} */ (body))),
    failing("hot"),
  ),
];

function followVisibility() {
  connection.pause(document.hidden);
  for (const poller of pollers) {
    if (document.hidden) poller.stop();
    else poller.start();
  }
}

startTheme(() => charts.forEach(({ chart }) => chart.restyle()));
document.addEventListener("visibilitychange", followVisibility);
followVisibility();
