import { findViolations } from "../invariants/index.js";
import { toLine } from "../invariants/invariants.js";
import { remoteBooks } from "../invariants/remote-books.js";
import { print } from "../support/print.js";
import { UnexpectedAnswer } from "./buyer.js";
import { type Loop, type Operation, runLoad } from "./load.js";
import type { BenchWorld } from "./world.js";

/** By falling importance, as in `middlewares/admission-limit.ts`. */
export const PRIORITIES = ["critical", "checkout", "cart", "read", "report"] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Kind {
  name: string;
  priority: Priority;
  /** Of all requests. */
  share: number;
  operation: Operation;
}

export interface Seen {
  kind: Kind;
  /** From the due time, in ms. */
  ms: number;
  /** When it ended, since the start of the phase, in ms. */
  at: number;
  ending: "served" | "rejected" | "failed";
  error?: string;
}

function endingOf(error: unknown): Seen["ending"] {
  if (!(error instanceof UnexpectedAnswer)) return "failed";
  return error.answer.status === 503 && error.answer.body.includes("OVERLOADED") ? "rejected" : "failed";
}

/** Walks through the shares evenly: the golden ratio keeps any short stretch close to the mix. */
function chooser(kinds: readonly Kind[]): (index: number) => Kind {
  const [last] = kinds.slice(-1);
  if (!last) throw new Error("nothing was prepared");
  return (index) => {
    let left = (index * 0.618_033_988_75) % 1;
    for (const kind of kinds) {
      left -= kind.share;
      if (left < 0) return kind;
    }
    return last;
  };
}

/** Requests of all kinds in proportion; every answer is a result. */
export async function runMix(kinds: readonly Kind[], loop: Loop, seconds: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const choose = chooser(kinds);
  const counts = new Map<Kind, number>();
  const began = performance.now();
  await runLoad({
    loop,
    seconds,
    operation: async (index, due) => {
      const kind = choose(index);
      const turn = counts.get(kind) ?? 0;
      counts.set(kind, turn + 1);
      const end = (ending: Seen["ending"], error?: string) => {
        const now = performance.now();
        seen.push({
          kind,
          ms: now - due,
          at: now - began,
          ending,
          ...(error === undefined ? {} : { error }),
        });
      };
      await kind.operation(turn, due).then(
        () => end("served"),
        (error: unknown) => end(endingOf(error), String(error)),
      );
      return 0;
    },
  });
  return seen;
}

export const withEnding = (seen: readonly Seen[], ending: Seen["ending"]): Seen[] =>
  seen.filter((one) => one.ending === ending);
export const timesOf = (seen: readonly Seen[]): number[] => seen.map(({ ms }) => ms);

/** The promises of a run, printed one by one. */
export class Verdict {
  isKept = true;

  check(holds: boolean, promise: string): void {
    print(`   ${holds ? "✔" : "✘"} ${promise}`);
    this.isKept &&= holds;
  }
}

/** After a load: no neighbour was blamed for it, and everything that is stored fits together. */
export async function checkSound({ db, readLog, controlUrl }: BenchWorld, verdict: Verdict): Promise<void> {
  const opened = readLog().split("Circuit breaker opened").length - 1;
  verdict.check(opened === 0, `no breaker opened (${opened})`);
  const violations = await findViolations(db, { control: remoteBooks(controlUrl) });
  for (const violation of violations.slice(0, 5)) print(`   ${toLine(violation)}`);
  verdict.check(violations.length === 0, `every invariant holds (${violations.length} violations)`);
}
