import { readFileSync } from "node:fs";
import { metrics } from "../../../config/metrics.config.js";
import { readAlertRules, readPanels } from "../../support/promql.js";

/** docs/observability.md against what is exported, alerted on and shown. */
const page = readFileSync("docs/observability.md", "utf8");

/** The cells of every row that has so many. */
const rowsOf = (cells: number): string[][] =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .filter((row) => row.length === cells);

test("When metrics are listed, then they are those that are exported, with type and labels", async () => {
  const listed = rowsOf(4)
    .filter(([name = ""]) => /^`[a-z]/.test(name))
    .map(([name = "", type, labels = ""]) => ({
      name: name.replaceAll("`", ""),
      type,
      labels: labels === "–" ? [] : labels.replaceAll("`", "").split(", "),
    }));
  const exported = metrics.getMetricsAsArray().map((metric) => {
    const labels: unknown = Reflect.get(metric, "labelNames");
    return { name: metric.name, type: String(metric.type), labels: Array.isArray(labels) ? labels : [] };
  });
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  expect(listed.sort(byName)).toEqual(exported.sort(byName));
  expect(exported.length).toBeGreaterThan(50);
});

test("When alerts are listed, then they are those of the rules, with severity, delay and page", () => {
  const listed = rowsOf(5).filter(([, severity = ""]) => /^(critical|warning)$/.test(severity));
  const rules = readAlertRules().map((rule) => {
    const { runbook = "" } = rule.annotations;
    const symptom = runbook.replace(/^docs\/operations\/|\.md$/g, "");
    return [rule.alert, rule.labels.severity, rule.for ?? "at once", symptom];
  });
  expect(listed.map(([alert, severity, after, _when, symptom]) => [alert, severity, after, symptom])).toEqual(
    rules,
  );
});

test("When dashboards are listed, then they are those in the folder", () => {
  const listed = rowsOf(2).map(([name]) => name);
  for (const { dashboard } of readPanels()) expect(listed).toContain(dashboard);
});
