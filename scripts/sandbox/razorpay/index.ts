import type { Express } from "express";
import express from "express";
import { createApiRouter } from "./api-routes.js";
import { createCheckoutRouter } from "./checkout-routes.js";
import { createRazorpayControl } from "./control.js";
import type { RazorpayControl, RazorpaySimulatorOptions } from "./control-types.js";
import { GatewayFaults } from "./faults.js";
import { createGateway } from "./gateway.js";

export type { RazorpayControl, RazorpaySimulatorOptions } from "./control-types.js";
export { SAMPLE_NAMES } from "./samples.js";

interface RazorpaySimulator {
  /** Not listening yet. `/v1` is the API, `/checkout` the buyer's side. */
  app: Express;
  control: RazorpayControl;
  /** Stops timers, deliveries in flight and hanging answers. The caller closes its own server. */
  close(): Promise<void>;
}

/**
 * A stand-in for Razorpay, in memory.
 * @throws Error for a key that is not a test key.
 */
export function createRazorpaySimulator(options: RazorpaySimulatorOptions): RazorpaySimulator {
  const gateway = createGateway(options);
  const faults = new GatewayFaults(gateway);
  const control = createRazorpayControl(gateway, faults);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(createCheckoutRouter(gateway));
  app.use("/v1", createApiRouter(gateway, faults));
  return {
    app,
    control,
    close: async () => {
      gateway.clock.close();
      faults.close();
      gateway.webhooks.close();
    },
  };
}
