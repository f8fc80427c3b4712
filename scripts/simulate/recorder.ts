import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

/** One thing that happened, as one line of JSON. */
export interface RecordedFact {
  /** `customer 17`, `admin`, `faults`. */
  who: string;
  /** What was done: `add to cart`, `kill`. */
  what: string;
  [detail: string]: unknown;
}

/** Everything that clients and faults did, in order of time, in a file: the history behind a violation. */
export class Recorder {
  readonly #stream: WriteStream;
  readonly #startedAt = performance.now();

  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#stream = createWriteStream(file);
  }

  record(fact: RecordedFact): void {
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#stream.write(`${JSON.stringify({ ms, ...fact })}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }

  /** The recorded lines that name one of the ids. Call it after `close`. */
  async linesAbout(ids: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for await (const line of createInterface({ input: createReadStream(this.file) }))
      if (ids.some((id) => line.includes(id))) found.push(line);
    return found;
  }
}

const ID = /\b(?:[0-9a-f]{24}|(?:ORD|REF|RET|INV|CN)-[\d-]+|(?:pay|order|rfnd)_[A-Za-z0-9]{14})\b/g;
const MOST_IDS = 12;

/** The ids in an answer, so that the history of an entity can be found by them. */
export const idsIn = (value: unknown): string[] => [
  ...new Set((JSON.stringify(value) ?? "").match(ID)?.slice(0, MOST_IDS)),
];
