import { fork } from "node:child_process";
const port = process.argv[2];
process.env.INVENTORY_SERVICE_URL = `http://127.0.0.1:${port}`;
const { checkStock } = await import("/work/main/services/integrations/inventory-integration.service.js");
const run = async (n: number) => { let i = 0; await Promise.all(Array.from({ length: 10 }, async () => { while (i++ < n) { const r = await checkStock("v1", 2); if (!r.success) throw new Error(JSON.stringify(r)); } })); };
await run(3000);
for (let k = 0; k < 3; k++) {
const c0 = process.cpuUsage(); const t0 = Date.now(); const N = 10000; await run(N); const c = process.cpuUsage(c0);
console.log("wrapper cpu ms/call", ((c.user + c.system) / 1000 / N).toFixed(3), "rps", Math.round(N / ((Date.now() - t0) / 1000)));
}
process.exit(0);
