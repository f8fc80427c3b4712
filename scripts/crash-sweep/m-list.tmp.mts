import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { JOURNEYS } from "./journeys.js";
import { describe } from "./points.js";
import { record } from "./record.js";
import { openWorld } from "./world.js";

const mongo = await startEmbeddedMongo();
const world = await openWorld(mongo.uri, "crash_list");
const names = process.argv.slice(2);
for (const journey of JOURNEYS.filter((j) => names.length === 0 || names.includes(j.name))) {
  try {
    const [r] = await record(world, [journey]);
    if (!r) continue;
    console.log("=====", journey.name, r.specs.length, "points of", r.points.length);
    console.log(r.ending.join("\n"));
    for (const s of r.specs) console.log("   ", describe(s));
  } catch (e) {
    console.log("=====", journey.name, "FAILED", String(e));
  }
}
await world.close();
await mongo.stop();
process.exit(0);
