/**
 * The dashboard and the alert rules that are shipped: every expression is PromQL, and every metric, label and value of a label
 * that it names is in what a live node shows at /metrics.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import { startEngineNode } from "../support/engine_node.ts";
import { freePort } from "../support/program.ts";
import { type Family, parseMetrics } from "../support/prometheus_text.ts";
import { type Expression, parsePromql } from "../support/promql.ts";
import { RespClient } from "../support/resp_client.ts";
import { nodeStates } from "../../core/node_state.ts";
import dashboardJson from "../../conf/deploy/grafana/dynomite.json" with { type: "json" };

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}
interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard = dashboardJson as unknown as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const folder = new URL("../../conf/deploy/prometheus/", import.meta.url);
const { groups } = parse(await Deno.readTextFile(new URL("alerts.yml", folder))) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** Prometheus' own: a metric about each scrape, and the labels it gives every series. */
const SCRAPE_METRIC = "up";
const SCRAPE_LABELS = ["job", "instance"];
/** Values that a label may have, but not of this node now. */
const possible: Readonly<Record<string, readonly string[]>> = { state: Object.keys(nodeStates) };

/** What a live node with a peer shows after a few requests. */
async function liveFamilies(): Promise<Map<string, Family>> {
  const seed = (rack: string, datacenter: string) => ({
    ...{ host: "127.0.0.1", port: freePort(), rack, datacenter, tokens: [0] },
    name: rack,
  });
  await using node = await startEngineNode({}, {
    server: { kind: "embedded", path: undefined, name: "embedded" },
    dynSeeds: [seed("rack2", "localdc"), seed("rack1", "otherdc")],
    tokens: [0],
  });
  using client = await RespClient.connect(node.port);
  for (const command of [["SET", "k", "v"], ["GET", "k"], ["LPUSH", "k", "v"]]) await client.call(...command);
  const response = await fetch(`${node.statsUrl}/metrics`);
  assertEquals(response.status, 200);
  return parseMetrics(await response.text());
}

/** Samples of the metric `name`: of a histogram its buckets, sums or counts. */
function samplesOf(families: Map<string, Family>, name: string) {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
  return family?.samples.filter((sample) => sample.name === name) ?? [];
}

function check({ selectors, groupings }: Expression, families: Map<string, Family>, about: string): void {
  const known = new Set(SCRAPE_LABELS);
  for (const { name, matchers } of selectors) {
    const samples = samplesOf(families, name);
    assert(name === SCRAPE_METRIC || samples.length > 0, `${about}: there is no metric ${name}`);
    for (const sample of samples) for (const label of Object.keys(sample.labels)) known.add(label);
    for (const { label, operator, value } of matchers) {
      if (SCRAPE_LABELS.includes(label)) continue;
      const there = [...samples.flatMap(({ labels }) => labels[label] ?? []), ...possible[label] ?? []];
      assert(there.length > 0, `${about}: ${name} has no label ${label}`);
      for (const one of operator.includes("~") ? value.split("|") : [value]) {
        assert(there.includes(one), `${about}: ${name} has no ${label}="${one}"`);
      }
    }
  }
  for (const label of groupings) assert(known.has(label), `${about}: none of its metrics has the label ${label}`);
}

Deno.test("the dashboard and the alerts name only metrics, labels and values that a live node shows", async () => {
  const families = await liveFamilies();
  for (const { title, targets } of panels) {
    for (const { expr } of targets!) check(parsePromql(expr), families, `panel ${title}`);
  }
  for (const { alert, expr } of rules) check(parsePromql(expr), families, alert);
  for (const { query } of dashboard.templating.list) {
    if (typeof query === "string") continue;
    const [, selector] = /^label_values\((.+), \w+\)$/.exec(query.query)!;
    check(parsePromql(selector!), families, query.query);
  }
});

Deno.test("check() finds names that are not there", async () => {
  const families = await liveFamilies();
  for (
    const expr of [
      "dynomite_nothing_total",
      'rate(dynomite_requests_total{outcome="nothing"}[5m])',
      'rate(dynomite_requests_total{nothing="read"}[5m])',
      "sum by (nothing) (dynomite_requests_total)",
      "dynomite_latency_seconds",
    ]
  ) {
    let failed = false;
    try {
      check(parsePromql(expr), families, expr);
    } catch {
      failed = true;
    }
    assert(failed, expr);
  }
});

Deno.test("the dashboard's panels have numbers of their own, say what they show, and do not overlap", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const { title, description = "" } of panels) assertMatch(description, /\.$|\?$/, title);
  const taken = new Set<string>();
  for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
    assert(x + w <= 24, title);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        assert(!taken.has(`${row} ${column}`), `${title} overlaps`);
        taken.add(`${row} ${column}`);
      }
    }
  }
});

Deno.test("the dashboard's expressions look only at what its variables choose", () => {
  for (const { title, targets } of panels) {
    for (const { expr, legendFormat } of targets!) {
      const { selectors } = parsePromql(expr);
      for (const { matchers } of selectors) {
        assertEquals(matchers.slice(0, 2).map(({ label, value }) => [label, value]), [
          ["job", "$job"],
          ["instance", "$instance"],
        ], `${title}: ${expr}`);
      }
      assert(typeof legendFormat === "string", title);
    }
  }
});

Deno.test("the alerts cover what goes wrong, each with a severity and words for who is woken", () => {
  const names = rules.map(({ alert }) => alert);
  assertEquals(new Set(names).size, names.length);
  const needed = ["NodeDown", "ErrorRate", "Slow", "MissedWrites", "EventLoopLag", "BuffersFull", "PeerAway"];
  for (const name of needed) assert(names.includes(`Dynomite${name}`), name);
  for (const { alert, labels, annotations, for: time } of rules) {
    assert(["warning", "critical"].includes(labels.severity!), alert);
    assert(annotations.summary!.length > 10 && annotations.description!.endsWith("."), alert);
    if (time !== undefined) assertMatch(time, /^\d+[smh]$/, alert);
  }
});

Deno.test("the configuration of Prometheus loads the rules that are beside it, under the job they name", async () => {
  const conf = parse(await Deno.readTextFile(new URL("prometheus.yml", folder))) as {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly { readonly job_name: string }[];
  };
  for (const name of conf.rule_files) assert((await Deno.stat(new URL(name, folder))).isFile, name);
  const jobs = conf.scrape_configs.map(({ job_name }) => job_name);
  for (const { expr, alert } of rules) {
    for (const { matchers } of parsePromql(expr).selectors) {
      for (const { label, value } of matchers) if (label === "job") assert(jobs.includes(value), alert);
    }
  }
});
