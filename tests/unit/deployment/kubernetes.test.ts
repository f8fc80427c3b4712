import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../../../config/env.config.js";
import { VARIABLES } from "../../../config/variables/index.js";

const FOLDER = join(__dirname, "../../../ops/kubernetes");
/** How long a stop may take; `index.ts` says so. */
const LONGEST_STOP_SECONDS = 25;

interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  image: string;
  command?: string[];
  ports?: { name: string; containerPort: number }[];
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop: { sleep: { seconds: number } } };
  resources: Record<"requests" | "limits", { cpu: string; memory: string }>;
  securityContext: object;
}
interface PodSpec {
  terminationGracePeriodSeconds?: number;
  automountServiceAccountToken?: boolean;
  securityContext: object;
  containers: [Container];
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string; generateName?: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  resources?: string[];
  images?: { name: string }[];
  spec?: {
    replicas?: number;
    strategy?: { rollingUpdate: { maxUnavailable: number } };
    minAvailable?: number;
    selector?: { app?: string; matchLabels?: { app: string } };
    template?: { metadata: { labels: { app: string } }; spec: PodSpec };
    ports?: { targetPort: string }[];
  };
}

const FILES = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));
const manifests = new Map<string, Manifest>(
  FILES.map((file) => {
    const [document, ...more] = parseAllDocuments(readFileSync(join(FOLDER, file), "utf8"));
    if (!document || document.errors.length > 0 || more.length > 0)
      throw new Error(`${file} is not one YAML document: ${document?.errors.join()}`);
    return [file, document.toJS()];
  }),
);
const the = (kind: string): Manifest => {
  const found = [...manifests.values()].filter((manifest) => manifest.kind === kind);
  if (found.length !== 1 || !found[0]) throw new Error(`there are ${found.length} of the kind ${kind}`);
  return found[0];
};
const podOf = (kind: string): PodSpec => {
  const pod = the(kind).spec?.template?.spec;
  if (!pod) throw new Error(`${kind} has no pod`);
  return pod;
};

describe("The Kubernetes example", () => {
  it("names every resource, and applies all but the secret and the migration job together", () => {
    for (const [file, { apiVersion, kind, metadata }] of manifests) {
      expect([file, apiVersion, kind]).toEqual([file, expect.any(String), expect.any(String)]);
      if (kind !== "Kustomization")
        expect(metadata?.name ?? metadata?.generateName).toMatch(/^order-payment/);
    }
    const separate = ["kustomization.yaml", "secret.example.yaml", "migrate-job.yaml"];
    expect(the("Kustomization").resources?.sort()).toEqual(
      FILES.filter((file) => !separate.includes(file)).sort(),
    );
  });

  it("configures a production start: nothing is missing, unknown or contradictory", () => {
    const given = the("ConfigMap").data ?? {};
    const secret = Object.keys(the("Secret").stringData ?? {});
    expect(secret.filter((name) => the("Secret").stringData?.[name] !== "")).toEqual([]);
    expect([...Object.keys(given), ...secret].filter((name) => !(name in VARIABLES))).toEqual([]);
    const filled = Object.fromEntries(secret.map((name) => [name, VARIABLES[name]?.example]));
    const config = loadConfig({ ...given, ...filled, ENCRYPTION_KEY: "ab".repeat(32) });
    expect(config).toMatchObject({
      env: "production",
      port: podOf("Deployment").containers[0].ports?.[0]?.containerPort,
    });
    expect(config.warnings).toEqual([]);
  });

  it("replaces instances one after the other, and gives each the time to finish", () => {
    const { spec } = the("Deployment");
    expect(spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    const pod = podOf("Deployment");
    const preStop = pod.containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
    expect(preStop).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStop + LONGEST_STOP_SECONDS);
    expect(the("PodDisruptionBudget").spec?.minAvailable).toBe(1);
  });

  it("probes the routes of health, on the port that the Service uses", () => {
    const [container] = podOf("Deployment").containers;
    expect(container.readinessProbe?.httpGet).toEqual({ path: "/api/health/ready", port: "http" });
    for (const probe of [container.startupProbe, container.livenessProbe])
      expect(probe?.httpGet).toEqual({ path: "/api/health/live", port: "http" });
    expect(container.ports?.[0]?.name).toBe("http");
    expect(the("Service").spec?.ports?.[0]?.targetPort).toBe("http");
  });

  it("selects the pods of the deployment, and not the job", () => {
    const app = the("Deployment").spec?.template?.metadata.labels.app;
    expect(the("Service").spec?.selector?.app).toBe(app);
    expect(the("PodDisruptionBudget").spec?.selector?.matchLabels?.app).toBe(app);
    expect(the("Job").spec?.template?.metadata.labels.app).not.toBe(app);
  });

  it.each(["Deployment", "Job"])("runs %s without rights that it does not need, within limits", (kind) => {
    const pod = podOf(kind);
    const [container] = pod.containers;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.resources.limits).toEqual({
      cpu: expect.any(String),
      memory: expect.stringMatching(/i$/),
    });
    expect(container.envFrom).toEqual([
      { configMapRef: { name: the("ConfigMap").metadata?.name } },
      { secretRef: { name: the("Secret").metadata?.name } },
    ]);
    expect(the("Kustomization").images?.[0]?.name).toBe(container.image);
  });
});
