/** What axe-core finds wrong with a page, for those who use it by keyboard, by ear, or with weak eyes. */
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** A line for each finding; empty when there is none. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const result = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })") as AxeResult;
  return result.violations.map(({ id, impact, help, nodes }) =>
    `${impact} ${id}: ${help}: ${
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")
    }`
  );
}
