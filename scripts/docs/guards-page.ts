import { basename } from "node:path";
import { type Guard, type GuardSubject, removalsOf } from "../guards/guard.js";
import { readResults } from "../guards/results.js";
import { SUBJECTS } from "../guards/table/index.js";
import { table } from "./markdown.js";

/** What `npm run test:guards` removes, and the tests that noticed it, as tables of Markdown. */

const NOT_KNOWN = "not known: run `npm run test:guards`";

const linkTo = (file: string): string => `[${basename(file)}](../${file})`;

function rowOf(guard: Guard, noticedBy: string | null): string[] {
  const files = [...new Set(removalsOf(guard).map(({ file }) => linkTo(file)))].join(", ");
  const held = guard.heldBy ? ` Removed together with what holds it: ${guard.heldBy.why}.` : "";
  return [`\`${guard.name}\``, guard.keeps, files, `${noticedBy ?? NOT_KNOWN}${held && `.${held}`}`];
}

const HEADS = ["guard", "with it", "in", "noticed by"];

export function guardsPage(): string {
  const results = readResults(SUBJECTS.flatMap(({ guards }) => guards));
  const partOf = ({ title, guards }: GuardSubject) =>
    `### ${title}\n\n${table(
      HEADS,
      guards.map((guard) => rowOf(guard, results.get(guard.name) ?? null)),
    )}`;
  return SUBJECTS.map(partOf).join("\n\n");
}
