import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { VARIABLES } from "../../../config/variables/index.js";

const ROOT = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const linesOf = (path: string): string[] =>
  read(path)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** How long a stop may take; `index.ts` says so. */
const LONGEST_STOP_SECONDS = 25;

describe("The container image", () => {
  const dockerfile = linesOf("Dockerfile");
  const all = (instruction: string) => dockerfile.filter((line) => line.startsWith(`${instruction} `));

  it("is made of one pinned version of Node 24, the one that the suite runs on", () => {
    const [argument] = all("ARG");
    const [, version] = /^ARG NODE_IMAGE=node:(24\.\d+\.\d+)-\w+-slim$/.exec(argument ?? "") ?? [];
    expect(version).toBeDefined();
    expect(all("FROM").every((line) => /^FROM \$\{NODE_IMAGE\}( AS \w+)?$/.test(line))).toBe(true);
    expect(read("scripts/test-node24.mjs")).toContain(`NODE_VERSION = "${version}"`);
  });

  it("runs the service as `npm start` does, without npm, and not as root", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const command: string[] = JSON.parse((all("CMD").at(-1) ?? "").replace("CMD ", ""));
    expect(command.join(" ")).toBe(scripts.start);
    expect(all("USER")).toEqual(["USER 1000:1000"]);
    expect(dockerfile.indexOf("USER 1000:1000")).toBeGreaterThan(
      dockerfile.findLastIndex((line) => line.startsWith("COPY ")),
    );
  });

  it("asks the service for its health", () => {
    const check = dockerfile.findIndex((line) => line.startsWith("HEALTHCHECK "));
    expect(dockerfile[check + 1]).toContain("/api/health/live");
  });

  it("When it is built, then only listed sources get in: all that the build compiles, and no secrets", () => {
    const [first, ...allowed] = linesOf(".dockerignore");
    expect(first).toBe("*");
    expect(
      allowed.every((line) =>
        /^!(?:[a-z]+(?:\/[a-z]+)?|package(?:-lock)?\.json|[\w.]+\.(?:ts|json))$/.test(line),
      ),
    ).toBe(true);
    const { include } = JSON.parse(read("tsconfig.build.json"));
    const { "build:page": bundle } = JSON.parse(read("package.json")).scripts;
    const bundled = [...bundle.matchAll(/ops\/page\/[\w.]+(?=\s)/g)].map(([path]) => path);
    expect(bundled).toHaveLength(3);
    const isAllowed = (path: string) =>
      allowed.some((line) => path === line.slice(1) || path.startsWith(`${line.slice(1)}/`));
    expect([...include, ...bundled].filter((path: string) => !isAllowed(path))).toEqual([]);
  });

  it("has no secret of its own", () => {
    const secret = Object.keys(VARIABLES).filter((name) => /SECRET|TOKEN|KEY|URI/.test(name));
    expect(secret.length).toBeGreaterThan(5);
    expect(secret.filter((name) => dockerfile.some((line) => line.includes(name)))).toEqual([]);
  });
});

interface ComposeService {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  stop_grace_period?: string;
  ports?: string[];
  volumes?: string[];
  depends_on?: string[] | Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
}

describe("The compose file", () => {
  const compose: { services: Record<string, ComposeService> } = parse(read("compose.yaml"), { merge: true });
  const services = Object.entries(compose.services);
  const instances = ["service-1", "service-2"].map((name) => compose.services[name]);

  it("pins every image, and publishes ports on this machine only", () => {
    const images = services.map(([, { image }]) => image).filter((image) => !image.endsWith(":local"));
    expect(images.filter((image) => !/:v?\d+\.\d+(?:\.\d+)?(?:-\w+)?$/.test(image))).toEqual([]);
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  it("starts MongoDB as a replica set that releases the locks of a killed process after 15 s", () => {
    const { command = [] } = compose.services.mongo ?? {};
    expect(command).toEqual(
      expect.arrayContaining(["--replSet=rs0", "--setParameter=transactionLifetimeLimitSeconds=15"]),
    );
    const init = (compose.services["mongo-init"]?.command ?? []).join("");
    expect(init).toContain('rs.initiate({ _id: "rs0"');
  });

  it("runs two instances with known variables, after the migrations, with time to finish", () => {
    for (const instance of instances) {
      expect(Object.keys(instance?.environment ?? {}).filter((name) => !(name in VARIABLES))).toEqual([]);
      expect(instance?.depends_on).toEqual({ migrate: { condition: "service_completed_successfully" } });
      expect(Number.parseInt(instance?.stop_grace_period ?? "", 10)).toBeGreaterThan(LONGEST_STOP_SECONDS);
      expect(instance).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    }
    expect(existsSync(join(ROOT, "scripts/migrate.ts"))).toBe(true);
    expect(compose.services.migrate?.command).toContain("dist/scripts/migrate.js");
  });

  it("has a proxy in front that knows both and repeats no POST that was sent", () => {
    const proxy = read("ops/nginx/default.conf");
    for (const name of ["service-1", "service-2"]) expect(proxy).toContain(`server ${name}:3003`);
    expect(compose.services.nginx?.volumes?.[0]).toContain("./ops/nginx/default.conf:");
    expect(proxy).not.toMatch(/non_idempotent|http_50\d/);
  });
});
