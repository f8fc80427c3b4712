import { loadConfig } from "../../../config/env.config.js";
import { SANDBOX_SECRETS, serviceEnvironment, settingsOf } from "../../../scripts/sandbox/environment.js";

const url = "http://127.0.0.1:9";
const sandboxEnvironment = serviceEnvironment({
  urls: {
    auth: url,
    catalog: url,
    pricing: url,
    inventory: url,
    shipping: url,
    engagement: url,
    razorpay: url,
    cloudinary: url,
  },
  mongoUri: "mongodb://127.0.0.1:9/?replicaSet=rs0",
  secrets: SANDBOX_SECRETS,
  serviceUrl: undefined,
  jwtMode: "secret",
  jwksUrl: url,
});

describe("The settings that the sandbox passes on", () => {
  test("When the shell sets a rate limit, then it applies to the service in the sandbox", () => {
    const shell = { RATE_LIMIT_PER_MINUTE: "7", PAYMENT_CAPTURE: "manual", COMPANY_STATE: undefined };
    expect(settingsOf(shell)).toEqual({ RATE_LIMIT_PER_MINUTE: "7", PAYMENT_CAPTURE: "manual" });
    const config = loadConfig({ ...sandboxEnvironment, ...settingsOf(shell) });
    expect(config.rateLimitPerMinute).toBe(7);
  });

  test("When the shell sets addresses, secrets or a port, then the sandbox keeps its own", () => {
    const names = [...Object.keys(sandboxEnvironment), "PORT", "NODE_ENV", "CRASH_POINTS"];
    const shell = Object.fromEntries(names.map((name) => [name, "from the shell"]));
    const passed = Object.keys(settingsOf(shell));
    expect(passed.filter((name) => !name.startsWith("COMPANY_"))).toEqual([]);
  });
});
