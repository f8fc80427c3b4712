import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

/**
 * `NODE_ENV=development tsx scripts/bench/pdf-load.ts`, after a build: the delay of the main thread's event loop while it
 * is idle, and while the worker thread renders five documents per second.
 */
const PER_SECOND = 5;
const SECONDS = 20;
const BUILT = new URL("../../dist/services/platform/pdf/", import.meta.url);

type Pdf = typeof import("../../services/platform/pdf/pdf.service.js");
type Sample = typeof import("../../services/platform/pdf/sample-document.js");
type Template = typeof import("../../services/platform/pdf/pdf-template.service.js");
const load = <T>(file: string): Promise<T> => import(pathToFileURL(new URL(file, BUILT).pathname).href);

async function measureDelay(work: () => Promise<void>): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work();
  delay.disable();
  const inMs = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
  return `p50 ${inMs(delay.percentile(50))} ms, p99 ${inMs(delay.percentile(99))} ms, max ${inMs(delay.max)} ms`;
}

const { renderPdf, stopPdfWorkers } = await load<Pdf>("pdf.service.js");
const { sampleDocument } = await load<Sample>("sample-document.js");
const { DEFAULT_DESIGN } = await load<Template>("pdf-template.service.js");
const document = sampleDocument(DEFAULT_DESIGN);
const times: number[] = [];

async function render(): Promise<void> {
  const start = performance.now();
  await renderPdf(document);
  times.push(performance.now() - start);
}

await render();
times.length = 0;
process.stdout.write(`idle       ${await measureDelay(() => sleep(SECONDS * 1_000))}\n`);
const busy = await measureDelay(async () => {
  const running: Promise<void>[] = [];
  for (let index = 0; index < SECONDS * PER_SECOND; index += 1) {
    running.push(render());
    await sleep(1_000 / PER_SECOND);
  }
  await Promise.all(running);
});
process.stdout.write(`${PER_SECOND} PDFs/s   ${busy}\n`);
times.sort((a, b) => a - b);
process.stdout.write(
  `one PDF    p50 ${times[Math.floor(times.length / 2)]?.toFixed(0)} ms, max ${times.at(-1)?.toFixed(0)} ms\n`,
);
await stopPdfWorkers();
