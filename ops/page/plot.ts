/*! This page contains uPlot 1.6, (c) Leon Sorokin, MIT licence: https://github.com/leeoniya/uPlot */
import uPlot from "uplot";
import { fill, h, table } from "./dom.js";
import { shortDay } from "./format.js";

/** A plot over days, with the same figures as a table below it for those who do not see it. */

export interface Series {
  name: string;
  values: readonly number[];
  format: (value: number) => string;
  /** Bars have the left axis, lines the right one. */
  as: "bars" | "line";
  /** Default: from 0 to the largest value. Series with a range share the left axis. */
  range?: readonly [number, number];
}

export interface PlotData {
  /** As `2026-11-29`, oldest first. */
  days: readonly string[];
  /** One or two. */
  series: readonly Series[];
}

const HEIGHT = 220;
const COLOURS = ["--plot-1", "--plot-2"] as const;
const AXIS_SIZE = 56;
const DAY_S = 86_400;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1_000;
const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

/** Draws into a figure of its own; the colours follow the system's theme, the width follows the page. */
export class DayPlot {
  readonly figure: HTMLElement;
  readonly #canvas = h("div", { class: "plot", role: "img" });
  readonly #legend = h("p", { class: "legend", "aria-hidden": "true" });
  readonly #table = h("div", { class: "scroll" });
  #plot: uPlot | null = null;
  #data: PlotData | null = null;
  #shown = "";

  constructor(private readonly title: string) {
    const details = h("details", {}, h("summary", {}, `${title} as a table`), this.#table);
    this.figure = h("figure", {}, this.#canvas, this.#legend, details);
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  show(data: PlotData): void {
    const text = JSON.stringify(data);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#data = data;
    this.#canvas.setAttribute("aria-label", this.#summary(data));
    fill(this.#table, this.#asTable(data));
    this.#draw();
  }

  #summary({ days, series }: PlotData): string {
    const first = shortDay(days[0] ?? "");
    const parts = series.map(({ name, values, format }) => {
      const last = values.at(-1) ?? 0;
      return `${name}: ${format(last)} today, at most ${format(Math.max(...values))}`;
    });
    return `${this.title} by day since ${first}. ${parts.join(". ")}.`;
  }

  #asTable({ days, series }: PlotData): HTMLElement {
    const newestFirst = days.map((day, index) => [
      shortDay(day),
      ...series.map((each) => valueAt(each, index)),
    ]);
    return table({
      caption: this.title,
      head: ["Day", ...series.map(({ name }) => name)],
      rows: newestFirst.toReversed(),
      figures: series.map((_each, index) => index + 1),
    });
  }

  #width = (): number => Math.max(200, Math.floor(this.#canvas.clientWidth));

  #fit(): void {
    if (this.#plot && this.#plot.width !== this.#width())
      this.#plot.setSize({ width: this.#width(), height: HEIGHT });
  }

  #draw(): void {
    const data = this.#data;
    if (!data) return;
    this.#plot?.destroy();
    const { days, series } = data;
    this.#plot = new uPlot(
      optionsOf(data, this.#width(), (index) => this.#tell(index)),
      [days.map(secondsOf), ...series.map(({ values }) => [...values])],
      this.#canvas,
    );
    this.#tell(days.length - 1);
  }

  /** The figures of the day under the pointer, otherwise of the last day. */
  #tell(index: number): void {
    const data = this.#data;
    const day = data?.days[index];
    if (!data || day === undefined) return;
    const entries = data.series.map((each, at) =>
      h("span", { class: `key key-${at + 1} ${each.as}` }, `${each.name} `, h("b", {}, valueAt(each, index))),
    );
    fill(this.#legend, h("span", {}, shortDay(day)), ...entries);
  }
}

const valueAt = ({ values, format }: Series, index: number): string => format(values[index] ?? 0);

function optionsOf({ days, series }: PlotData, width: number, tell: (index: number) => void): uPlot.Options {
  const [text, grid] = [colour("--muted"), colour("--line")];
  const axis = {
    stroke: text,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  const last = days.length - 1;
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "UTC"),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => tell(cursor.idx ?? last)] },
    scales: {
      x: { range: (_plot, min, max) => [min - DAY_S / 2, max + DAY_S / 2] },
      ...Object.fromEntries(series.map((each, at) => [`y${at}`, { range: rangeOf(each) }])),
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 30,
        incrs: [1, 2, 3, 7, 14, 30].map((count) => count * DAY_S),
        values: (_plot, splits) => splits.map((seconds) => shortDay(dayOf(seconds))),
      },
      ...series.map((each, at): uPlot.Axis => {
        const values: uPlot.Axis.DynamicValues = (_plot, splits) =>
          splits.map((value) => shortFigure(each, value));
        return at === 0
          ? { ...axis, scale: "y0", size: AXIS_SIZE, values }
          : {
              ...axis,
              ...{ scale: `y${at}`, size: AXIS_SIZE, side: 1, grid: { show: false }, values },
              show: !each.range,
            };
      }),
    ],
    series: [{}, ...series.map((each, at) => seriesOf(each, at))],
  };
}

function seriesOf({ name, as }: Series, at: number): uPlot.Series {
  const stroke = colour(COLOURS[at] ?? COLOURS[0]);
  if (as === "line") return { label: name, scale: `y${at}`, stroke, width: 2, points: { size: 6 } };
  return {
    label: name,
    scale: `y${at}`,
    stroke,
    fill: stroke,
    width: 0,
    paths: uPlot.paths.bars?.({ size: [0.6, 40], radius: 0.15 }),
    points: { show: false },
  };
}

/** A plot of nothing still has an axis. */
const rangeOf = ({ values, range }: Series): uPlot.Range.MinMax =>
  range ? [range[0], range[1]] : [0, Math.max(1, ...values) * 1.1];

const compact = new Intl.NumberFormat("en-IN", { notation: "compact", maximumFractionDigits: 1 });

/** There is little room at an axis. */
const shortFigure = ({ range, format }: Series, value: number): string =>
  range ? format(value) : Number.isInteger(value) || value >= 10 ? compact.format(value) : "";
