import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { dropTestDatabase } from "../../support/database.js";
import { testDatabaseUri } from "../../support/test-database-uri.js";

/** The service as a process of its own, as it runs in production. */
interface Running {
  child: ChildProcess;
  /** Its output so far. */
  output: () => string;
  /** Resolves with the first line that has the text. */
  says: (text: string) => Promise<string>;
  exit: Promise<number | null>;
}

const databases: string[] = [];
const children: ChildProcess[] = [];

function run(variables: Record<string, string>): Running {
  const uri = testDatabaseUri("process");
  databases.push(uri);
  const env = { ...process.env, PORT: "0", LOG_LEVEL: "info", MONGODB_URI: uri, ...variables };
  const child = spawn(process.execPath, ["--import", "tsx", "index.ts"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  const waiting: { text: string; resolve: (line: string) => void }[] = [];
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
    for (const { text, resolve } of waiting) {
      const line = output.split("\n").find((candidate) => candidate.includes(text));
      if (line !== undefined) resolve(line);
    }
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const says = (text: string) =>
    Promise.race([
      new Promise<string>((resolve) => waiting.push({ text, resolve })),
      exit.then(() => Promise.reject(new Error(`ended without saying "${text}":\n${output}`))),
    ]);
  return { child, output: () => output, says, exit };
}

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const uri of databases) await dropTestDatabase(uri);
});

async function startReady(): Promise<{ service: Running; url: string }> {
  const service = run({});
  const { port } = JSON.parse(await service.says("> Ready")) as { port: number };
  return { service, url: `http://127.0.0.1:${port}` };
}

describe("The process", () => {
  test("When it has started, then it is ready; on SIGTERM it stops being ready, finishes requests and exits with 0", async () => {
    const { service, url } = await startReady();
    expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
    service.child.kill("SIGTERM");
    await service.says("> Stopping");
    // It still answers, so that the load balancer can see that it is not ready.
    expect((await fetch(`${url}/api/health/ready`)).status).toBe(503);
    expect((await fetch(`${url}/api/health/live`)).status).toBe(200);
    expect(await service.exit).toBe(0);
    expect(service.output()).toContain("> Stopped");
  });

  test("When a variable is wrong, then it says which, nothing else, and exits with 1", async () => {
    const service = run({ PORT: "many", LOG_LEVEL: "shout" });
    expect(await service.exit).toBe(1);
    const [title, ...problems] = service.output().trimEnd().split("\n");
    expect(title).toBe("> The configuration is not valid:");
    expect(problems.sort()).toEqual([
      expect.stringMatching(/^ {2}- LOG_LEVEL /),
      expect.stringMatching(/^ {2}- PORT /),
    ]);
  });

  test("When the port is taken, then it says which, and exits with 1", async () => {
    const blocker = createServer().listen(0);
    await once(blocker, "listening");
    const { port } = blocker.address() as AddressInfo;
    try {
      const service = run({ PORT: String(port) });
      expect(await service.exit).toBe(1);
      expect(service.output()).toContain(`> Port ${port} is taken`);
    } finally {
      blocker.close();
    }
  });

  test("When the configuration is wrong, then every wrong variable has a line, and it exits with 1", async () => {
    const service = run({ PORT: "high", RAZORPAY_KEY_ID: "nonsense", NODE_ENV: "production" });
    expect(await service.exit).toBe(1);
    expect(service.output()).toMatch(/^ {2}- PORT must be a number/m);
    expect(service.output()).toMatch(/^ {2}- RAZORPAY_KEY_ID /m);
    expect(service.output()).not.toContain("at loadConfig");
  });
});
