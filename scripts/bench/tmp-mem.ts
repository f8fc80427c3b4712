import { execFileSync } from "node:child_process";
import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { seedDatabase } from "../seed/index.js";
import { startService } from "../support/service-process.js";
import { startSandboxProcess } from "./world.js";
const rss = (pid: number) => Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1_000;
const [own, neighbours] = [await startEmbeddedMongo(), await startEmbeddedMongo()];
const { child, ready } = await startSandboxProcess(neighbours.uri);
const uri = databaseUri(own.uri, "bench_orders_admin");
await seedDatabase(uri, { orders: 24000, invoices: 10, onProgress: () => {} });
const YEAR_AGO = new Date(Date.now() - 300 * 86_400_000).toISOString().slice(0, 10);
for (const flags of process.argv.slice(2)) {
  for (const warm of [0, 300]) {
    const service = await startService({ env: { ...ready.env, MONGODB_URI: uri, RATE_LIMIT_PER_MINUTE: "0" }, command: [process.execPath, ...flags.split(" ").filter(Boolean), "--enable-source-maps", "dist/index.js"] });
    const headers = { authorization: `Bearer ${ready.adminToken}` };
    for (let i = 0; i < warm; i++) await (await fetch(service.url + "/api/admin/orders", { headers })).arrayBuffer();
    await new Promise((r) => setTimeout(r, 3000));
    const idle = rss(service.pid);
    const marks: number[] = [];
    for (let round = 0; round < 2; round++) {
      let most = 0;
      const timer = setInterval(() => { most = Math.max(most, rss(service.pid)); }, 100);
      const { body } = await fetch(`${service.url}/api/admin/orders/export?dateFrom=${YEAR_AGO}`, { headers });
      let n = 0;
      for await (const chunk of body ?? []) n += chunk.length;
      clearInterval(timer);
      marks.push(Math.round(most - idle));
    }
    console.log(flags || "default", "warm", warm, "idle", Math.round(idle), "above", marks.join(" "));
    await service.stop();
  }
}
child.removeAllListeners("exit"); child.disconnect();
await Promise.all([own.stop(), neighbours.stop()]);
