import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The expressions of alerts and dashboards, and what they refer to. */

const RULES_FILE = "ops/prometheus/alerts.yml";
const DASHBOARDS = "ops/grafana/dashboards";

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export function readAlertRules(): AlertRule[] {
  const file: { groups: { rules: AlertRule[] }[] } = parse(readFileSync(RULES_FILE, "utf8"));
  return file.groups.flatMap(({ rules }) => rules);
}

export interface Panel {
  dashboard: string;
  title: string;
  type: string;
  expressions: string[];
}

interface DashboardFile {
  title: string;
  uid: string;
  panels: { title: string; type: string; targets?: { expr: string }[] }[];
}

/** Every panel of every dashboard, without the rows between them. */
export function readPanels(): Panel[] {
  return readdirSync(DASHBOARDS).flatMap((name) => {
    const { title: dashboard, panels }: DashboardFile = JSON.parse(
      readFileSync(join(DASHBOARDS, name), "utf8"),
    );
    return panels
      .filter(({ type }) => type !== "row")
      .map(({ title, type, targets = [] }) => ({
        ...{ dashboard, title, type },
        expressions: targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "1m")),
      }));
  });
}

/** A metric as an expression selects it, with the labels that it compares. */
export interface Selection {
  metric: string;
  labels: string[];
}

const WORDS = new Set(["and", "or", "unless", "bool", "inf", "nan"]);

/**
 * Enough of the language for our own expressions: what is neither a function, a word nor in a list of labels is a
 * metric. promtool checks the syntax.
 */
export function selectionsOf(expression: string): Selection[] {
  const bare = expression
    .replace(/#.*$/gm, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
    .replace(/\boffset\s+\d+\w/g, "");
  const names = bare.matchAll(/(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g);
  return [...names].flatMap(([, metric = "", rest = ""]) => {
    if (rest === "(" || WORDS.has(metric.toLowerCase())) return [];
    const labels = [...rest.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
    return [{ metric, labels }];
  });
}
