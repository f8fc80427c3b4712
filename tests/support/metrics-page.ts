import type { Agent } from "./world.js";

/** What GET /metrics answered. */
export interface MetricsPage {
  text: string;
  /** The sum of all series of a metric that have these labels; 0 without one. */
  sum(name: string, labels?: Record<string, string>): number;
}

export async function readMetricsPage(http: Agent): Promise<MetricsPage> {
  const { status, text } = await http.get("/metrics");
  if (status !== 200) throw new Error(`GET /metrics answered ${status}`);
  return {
    text,
    sum: (name, labels = {}) => {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const lines = text.split("\n").filter((line) => {
        const isSeries = line.startsWith(`${name}{`) || line.startsWith(`${name} `);
        return isSeries && wanted.every((label) => line.includes(label));
      });
      return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
  };
}
