/** What a PromQL expression names, by Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql";

/** One selector: `name{label="value"}`. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~`. */
  readonly operator: string;
  readonly value: string;
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels by which it groups or joins, `le` among them. */
  readonly groupings: readonly string[];
}

/** Reads an expression; throws where Prometheus would refuse it. Intervals that Grafana fills in are read as one minute. */
export function parsePromql(text: string): Expression {
  const source = text.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "1h");
  const selectors: { name: string; matchers: Matcher[] }[] = [];
  const groupings: string[] = [];
  const cut = (node: { readonly from: number; readonly to: number }) => source.slice(node.from, node.to);
  parser.parse(source).iterate({
    enter: ({ node }) => {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${source}`);
      if (node.name === "VectorSelector") {
        const name = node.getChild("Identifier");
        if (name === null) throw new Error(`a selector without a name: ${source}`);
        const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
        selectors.push({
          name: cut(name),
          matchers: matchers.map((matcher) => ({
            label: cut(matcher.getChild("LabelName")!),
            operator: cut(matcher.getChild("MatchOp")!),
            value: cut(matcher.getChild("StringLiteral")!).slice(1, -1),
          })),
        });
      } else if (node.name === "GroupingLabels") groupings.push(...node.getChildren("LabelName").map(cut));
    },
  });
  return { selectors, groupings };
}
