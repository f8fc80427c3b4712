import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { logger } from "../../../config/logger.config.js";
import { OverloadedError } from "../../../utils/errors.js";
import type { PrintedDocument } from "./pdf.types.js";

/** At about ten documents per second, the last of them waits five seconds. */
const MAX_PENDING = 50;
/** Waiting and rendering; the caller's request may take 20 s. */
const TIMEOUT_MS = 15_000;
/** An idle thread keeps its fonts in memory, about 100 MB; after a minute without a document it ends. */
const IDLE_MS = 60_000;

type Pool = Piscina<PrintedDocument, Uint8Array>;
let pool: Pool | undefined;
let pending = 0;

const isBuilt = import.meta.url.endsWith(".js");
/** `npm run dev` and scripts: their loader does not reach into threads, so sources render in the main thread. */
const isRunBySourceLoader = process.execArgv.some((argument) => argument.includes("/tsx/"));

/** The built worker is beside this file, or, while tests run this source, in `dist/`. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(isBuilt ? "pdf.worker.js" : "../../../dist/services/platform/pdf/pdf.worker.js", import.meta.url),
  );

/** One thread: a second one would take the processor from the requests, and documents are stored anyway. */
function getPool(): Pool {
  if (pool) return pool;
  pool = new Piscina({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
  });
  // Without a listener, a thread that crashes would end the process. Its document fails by itself.
  pool.on("error", (error: unknown) => logger.error({ err: error }, "> The PDF worker failed"));
  return pool;
}

/**
 * Renders a document as PDF in a worker thread.
 * @throws OverloadedError when too many documents wait, or when it takes too long
 */
export async function renderPdf(document: PrintedDocument): Promise<Buffer> {
  if (!isBuilt && isRunBySourceLoader) return (await import("./render.js")).renderDocument(document);
  if (pending >= MAX_PENDING) throw new OverloadedError();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  pending += 1;
  try {
    return Buffer.from(await getPool().run(document, { signal }));
  } catch (error) {
    if (signal.aborted) throw new OverloadedError();
    throw error;
  } finally {
    pending -= 1;
  }
}

/** Stops the worker thread, when the service stops. A later document starts a new one. */
export async function stopPdfWorkers(): Promise<void> {
  const stopped = pool;
  pool = undefined;
  await stopped?.destroy();
}
