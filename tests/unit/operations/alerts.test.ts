import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { metrics } from "../../../config/metrics.config.js";
import { findPrometheus } from "../../../scripts/prometheus/install.mjs";
import { readAlertRules, readPanels, selectionsOf } from "../../support/promql.js";

const FOLDER = "ops/prometheus";
const rules = readAlertRules();
const panels = readPanels();

/** Metrics of Prometheus itself. */
const OF_PROMETHEUS = ["up", "ALERTS"];
/** Labels that Prometheus adds to every series of a target. */
const OF_TARGETS = ["job", "instance"];

/** Every series name that the service exports, with its labels. */
const exported = new Map(
  metrics.getMetricsAsArray().flatMap((metric) => {
    const labels: unknown = Reflect.get(metric, "labelNames");
    const known = [...(Array.isArray(labels) ? labels.map(String) : []), ...OF_TARGETS];
    const isHistogram = String(metric.type) === "histogram";
    const names = isHistogram ? ["_bucket", "_sum", "_count"].map((end) => metric.name + end) : [metric.name];
    return names.map((name) => [name, name.endsWith("_bucket") ? [...known, "le"] : known] as const);
  }),
);

function problemsOf(expression: string): string[] {
  return selectionsOf(expression).flatMap(({ metric, labels }) => {
    if (OF_PROMETHEUS.includes(metric)) return [];
    const known = exported.get(metric);
    if (!known) return [`the service exports no ${metric}`];
    return labels.filter((label) => !known.includes(label)).map((label) => `${metric} has no label ${label}`);
  });
}

test("When an alert fires, then the page that it names exists", () => {
  const pages = [...readFileSync(`${FOLDER}/alerts.yml`, "utf8").matchAll(/^ +runbook: (\S+)$/gm)].map(
    ([, page]) => page ?? "",
  );
  expect(pages.length).toBe(rules.length);
  expect(pages.filter((page) => !existsSync(page))).toEqual([]);
});

describe("Every expression", () => {
  test.each(rules)(
    "When the alert $alert is evaluated, then its metrics and labels are exported",
    ({ expr }) => {
      expect(selectionsOf(expr).length).toBeGreaterThan(0);
      expect(problemsOf(expr)).toEqual([]);
    },
  );

  test.each(panels)(
    "When $dashboard shows $title, then its metrics and labels are exported",
    ({ expressions }) => {
      expect(expressions.length).toBeGreaterThan(0);
      expect(expressions.flatMap(problemsOf)).toEqual([]);
    },
  );

  test.each([
    ["rate(http_request_seconds_count[5m]) > 1", ["the service exports no http_request_seconds_count"]],
    ['upstream_up{service="auth"}', ["upstream_up has no label service"]],
    ["sum by (le) (order_value_rupees_bucket) and on (job) mongodb_up offset 5m", []],
  ])("When it says %s, then what is wrong with it is found", (expression, problems) => {
    expect(problemsOf(expression)).toEqual(problems);
  });
});

describe("Every alert", () => {
  const unitTests = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".test.yml"))
    .map((name) => readFileSync(join(FOLDER, name), "utf8"))
    .join();

  test.each(rules)(
    "When $alert fires, then it says how urgent it is, what is wrong and what to do",
    (rule) => {
      expect(rule.labels.severity).toMatch(/^(critical|warning)$/);
      expect(rule.annotations.summary).toMatch(/^\S.{15,120}$/);
      expect(rule.annotations.runbook).toMatch(/^docs\/operations\/[a-z-]+\.md$/);
      expect(unitTests).toContain(`alertname="${rule.alert}"`);
    },
  );

  test("When they are listed, then no two have the same name", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe("Every dashboard", () => {
  test("When they are listed, then each has its own id, and each panel its place", () => {
    const files = readdirSync("ops/grafana/dashboards").map(
      (name): { uid: string; panels: { id: number; gridPos: { x: number; y: number } }[] } =>
        JSON.parse(readFileSync(join("ops/grafana/dashboards", name), "utf8")),
    );
    expect(new Set(files.map(({ uid }) => uid)).size).toBe(files.length);
    for (const { panels: all } of files) {
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(new Set(all.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`)).size).toBe(all.length);
    }
  });
});

describe("Prometheus itself", () => {
  const programs = findPrometheus();
  if (!programs) {
    test.todo("checks nothing here: promtool is not installed (node scripts/prometheus/install.mjs)");
    return;
  }

  function promtool(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(programs?.promtool ?? "", args, { encoding: "utf8" });
    return status === 0 ? "" : `${stdout}${stderr}`;
  }

  test("When promtool checks configuration and rules, then it finds nothing", () => {
    expect(promtool("check", "config", "--syntax-only", join(FOLDER, "prometheus.yml"))).toBe("");
    expect(promtool("check", "rules", join(FOLDER, "alerts.yml"))).toBe("");
  });

  test("When promtool runs the unit tests of the rules, then exactly the named alerts fire", () => {
    expect(promtool("test", "rules", join(FOLDER, "alerts.test.yml"))).toBe("");
  });

  test("When promtool reads the expressions of the dashboards, then each is valid", () => {
    const folder = mkdtempSync(join(tmpdir(), "dashboards-"));
    const expressions = panels.flatMap((panel) => panel.expressions);
    const recorded = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
    writeFileSync(join(folder, "rules.yml"), stringify({ groups: [{ name: "panels", rules: recorded }] }));
    expect(promtool("check", "rules", join(folder, "rules.yml"))).toBe("");
    rmSync(folder, { recursive: true });
  });
});
