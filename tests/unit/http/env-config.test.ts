import { readFileSync } from "node:fs";
import { ConfigError, loadConfig } from "../../../config/env.config.js";
import { VARIABLES } from "../../../config/variables/index.js";
import { SANDBOX_SECRETS } from "../../../scripts/sandbox/environment.js";

const production = {
  NODE_ENV: "production",
  MONGODB_URI: "mongodb://db.example.com/orders?replicaSet=rs0",
  JWT_SECRET: "a-secret-of-at-least-thirty-two-characters",
  JWT_ISSUER: "https://auth.example.com",
  JWT_AUDIENCE: "order-payment",
  SERVICE_TOKEN: "a-service-token",
  RAZORPAY_KEY_ID: "rzp_test_AbC123",
  RAZORPAY_KEY_SECRET: "a-key-secret",
  RAZORPAY_WEBHOOK_SECRET: "a-webhook-secret",
  SHIPPING_WEBHOOK_SECRET: "a-shipping-secret",
  LINK_SECRET: "a-link-secret-that-is-long",
  ENCRYPTION_KEY: "ab".repeat(32),
  COMPANY_GSTIN: "27AAPFU0939F1ZV",
  METRICS_TOKEN: "a-metrics-token",
};
const development = { NODE_ENV: "development" };

function problemsOf(environment: Record<string, string | undefined>): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
  return [];
}

describe("The configuration", () => {
  test("When only NODE_ENV=development is set, then the sandbox's values apply", () => {
    const config = loadConfig(development);
    expect(config).toMatchObject({
      env: "development",
      port: 3003,
      upstreams: { auth: "http://localhost:3001", engagement: "http://localhost:3008" },
      razorpay: { keyId: "rzp_test_Sandbox00000001", apiUrl: "http://localhost:3009", timeoutMs: 5000 },
      payments: { capture: "automatic", codAutoConfirm: true, codMaxAmount: 5_000_000 },
      company: { state: "Karnataka" },
      cart: { expiryDays: 7, reservationTtlMinutes: 15 },
      checkout: { expiryMinutes: 30, reservationTtlMinutes: 40 },
      pricesIncludeTax: false,
      scheduler: { enabled: true },
      rateLimitPerMinute: 300,
      corsOrigins: [],
      warnings: [],
    });
  });

  test("When a developer sets a key of their own, then the real gateway is used", () => {
    expect(loadConfig({ ...development, RAZORPAY_KEY_ID: "rzp_test_mine" }).razorpay.apiUrl).toBeUndefined();
  });

  test("When it is loaded, then nothing in it can be changed", () => {
    const config = loadConfig(development);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.razorpay.webhookSecrets)).toBe(true);
    expect(Object.isFrozen(config.upstreams)).toBe(true);
  });

  test("When production starts with every required variable, then it does", () => {
    expect(problemsOf(production)).toEqual([]);
  });

  test("When production starts with nothing, then every required variable has its own line", () => {
    const problems = problemsOf({ NODE_ENV: "production" });
    for (const [name, spec] of Object.entries(VARIABLES)) {
      const lines = problems.filter((line) => line.startsWith(`${name} is missing`));
      expect([name, lines.length]).toEqual([name, spec.requiredInProduction ? 1 : 0]);
    }
    expect(problems).toContainEqual(expect.stringContaining("JWT_SECRET or JWT_JWKS_URL is missing"));
  });

  test("When a variable is wrong, then its line says what it is for and gives an example", () => {
    expect(problemsOf({ ...development, PORT: "high" })).toEqual([
      "PORT must be a number: the port it listens on; 0 chooses a free one (example: PORT=3003)",
    ]);
  });

  test.each([undefined, ""])("When NODE_ENV is %j, then production's rules apply", (NODE_ENV) => {
    const { NODE_ENV: _given, ...rest } = production;
    expect(loadConfig({ ...rest, NODE_ENV }).env).toBe("production");
    const problems = problemsOf({ NODE_ENV });
    expect(problems).toContainEqual(expect.stringMatching(/^LINK_SECRET is missing/));
    expect(problems).toContainEqual(expect.stringContaining("set NODE_ENV=development"));
  });

  const published = Object.entries(VARIABLES).flatMap(([name, { sandboxValue }]) =>
    sandboxValue === undefined ? [] : [[name, sandboxValue] as const],
  );

  test.each(published)("When production starts with the sandbox's %s, then it refuses", (name, value) => {
    const problems = problemsOf({ ...production, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must not be the sandbox's value`))]);
  });

  test("When a default is published, then it is one of the sandbox's secrets, and each of them is known", () => {
    const {
      jwtIssuer: _issuer,
      jwtAudience: _audience,
      razorpayAccountId: _account,
      ...secrets
    } = SANDBOX_SECRETS;
    expect(published.map(([, value]) => value).sort()).toEqual(Object.values(secrets).sort());
  });

  test("When a rotation includes the sandbox's secret, then production refuses it", () => {
    const RAZORPAY_WEBHOOK_SECRET = `a-webhook-secret,${SANDBOX_SECRETS.razorpayWebhookSecret}`;
    const ENCRYPTION_KEY = `${"ab".repeat(32)},${SANDBOX_SECRETS.encryptionKey.toUpperCase()}`;
    expect(problemsOf({ ...production, RAZORPAY_WEBHOOK_SECRET, ENCRYPTION_KEY })).toHaveLength(2);
  });

  test("When production does not say how many proxies there are, then it is warned", () => {
    expect(loadConfig(production).warnings.join()).toContain("TRUST_PROXY");
    expect(loadConfig({ ...production, TRUST_PROXY: "1" }).warnings.join()).not.toContain("TRUST_PROXY");
  });

  test("When several are wrong, then the error names them all", () => {
    expect(() => loadConfig({ ...development, PORT: "-1", PAYMENT_CAPTURE: "later" })).toThrow(
      /PORT.*\n.*PAYMENT_CAPTURE/,
    );
  });

  test.each([
    ["a webhook secret without content", { RAZORPAY_WEBHOOK_SECRET: " " }],
    ["an empty second webhook secret", { RAZORPAY_WEBHOOK_SECRET: "a-webhook-secret," }],
    ["three webhook secrets", { RAZORPAY_WEBHOOK_SECRET: "secret-one,secret-two,secret-three" }],
    ["an encryption key of the wrong length", { ENCRYPTION_KEY: "ab".repeat(31) }],
    ["a second encryption key that is not hex", { ENCRYPTION_KEY: `${"ab".repeat(32)},${"zz".repeat(32)}` }],
    ["a short JWT secret", { JWT_SECRET: "only-eighteen-char" }],
    [
      "another gateway with a live key",
      { RAZORPAY_KEY_ID: "rzp_live_AbC123", RAZORPAY_API_URL: "http://localhost:1" },
    ],
    [
      "a gateway's address with its version",
      { RAZORPAY_KEY_ID: "rzp_test_AbC123", RAZORPAY_API_URL: "https://gateway.example.com/v1" },
    ],
    ["a key id that is none", { RAZORPAY_KEY_ID: "AbC123" }],
    ["a GSTIN of the wrong shape", { COMPANY_GSTIN: "27AAPFU0939F1Z" }],
    ["a GSTIN of no state", { COMPANY_GSTIN: "45AAPFU0939F1ZV" }],
    ["a state that is none", { COMPANY_STATE: "Atlantis" }],
    ["a state that is not the GSTIN's", { COMPANY_STATE: "Karnataka" }],
    ["Cloudinary without its address", { STORAGE_DRIVER: "cloudinary" }],
    ["a CORS origin with a path", { CORS_ORIGINS: "https://shop.example.com/a" }],
    ["every CORS origin", { CORS_ORIGINS: "*" }],
    ["a database that is not MongoDB", { MONGODB_URI: "postgres://localhost/x" }],
    ["more proxies than can be", { TRUST_PROXY: "true" }],
    ["crash points", { CRASH_POINTS: "record:/tmp/points" }],
    ["a JWKS over http", { JWT_JWKS_URL: "http://auth.example.com/jwks" }],
    ["no issuer", { JWT_ISSUER: "" }],
    ["no audience", { JWT_AUDIENCE: undefined }],
    ["no token for the metrics", { METRICS_TOKEN: "" }],
  ])("When production starts with %s, then it refuses", (_what, wrong) => {
    expect(problemsOf({ ...production, ...wrong })).toHaveLength(1);
  });

  test("When two webhook secrets and two encryption keys are given, then both are kept in order", () => {
    const config = loadConfig({
      ...development,
      RAZORPAY_WEBHOOK_SECRET: "secret-new, secret-old",
      ENCRYPTION_KEY: `${"ab".repeat(32)},${"cd".repeat(32)}`,
    });
    expect(config.razorpay.webhookSecrets).toEqual(["secret-new", "secret-old"]);
    expect(config.encryptionKeys).toEqual(["ab".repeat(32), "cd".repeat(32)]);
  });

  test("When JWT_JWKS_URL is set, then the shared secret is not used", () => {
    const { auth } = loadConfig({
      ...development,
      JWT_JWKS_URL: "https://auth.example.com/jwks",
      JWT_SECRET: "something-else",
    });
    expect(auth.jwksUrl).toBe("https://auth.example.com/jwks");
    expect(auth.jwtSecret).toBeUndefined();
  });

  test("When the state is given by its code or another name, then it gets GST's name", () => {
    expect(loadConfig({ ...development, COMPANY_STATE: "29" }).company.state).toBe("Karnataka");
    expect(loadConfig({ ...development, COMPANY_STATE: "karnataka " }).company.state).toBe("Karnataka");
  });

  test("When production does not say whether prices include tax, then it is warned", () => {
    expect(loadConfig(production).warnings.join()).toContain("PRICES_INCLUDE_TAX");
    expect(loadConfig({ ...production, PRICES_INCLUDE_TAX: "false" }).warnings.join()).not.toContain(
      "PRICES_INCLUDE_TAX",
    );
  });

  test("When a URL ends with a slash, then links built from it have one slash", () => {
    expect(loadConfig({ ...development, PUBLIC_URL: "https://api.example.com/" }).publicUrl).toBe(
      "https://api.example.com",
    );
  });

  test("When .env.example is read, then it documents exactly the variables there are", () => {
    const text = readFileSync(".env.example", "utf8");
    const documented = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(Object.keys(VARIABLES).sort());
  });
});
