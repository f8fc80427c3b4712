import type { DescribedRouter } from "./middlewares/described-router.js";
import { health, metrics } from "./src/operations/health.route.js";

/** Every router of the service; the documentation adds itself (`config/express.config.ts`). */
export const apiRouters: readonly DescribedRouter[] = [
  // Operations
  health,
  metrics,
];
