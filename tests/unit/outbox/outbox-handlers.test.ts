import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { outboxHandlers } from "../../../scripts/jobs/outbox-handlers.js";

const PROJECT = resolve(__dirname, "../../..");
const WRITERS = ["services", "src", "scripts/jobs"];
/** How every message names its type: two words with a dot between, as a field, in a constant or for a function that makes it. */
const TYPE = /(?:\btype: |[mM]essage(?:Of)?\(|_MESSAGE = )"([a-z-]+\.[a-z_]+)"/g;

const typesOwed = WRITERS.flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(join(PROJECT, folder, name), "utf8").matchAll(TYPE)])
    .map(([, type = ""]) => type),
);

test("When the sources owe a message of some type, then that type is delivered, and no other is", () => {
  expect([...new Set(typesOwed)].sort()).toEqual(Object.keys(outboxHandlers).sort());
});
