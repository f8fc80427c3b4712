/** The metrics of the service, one file per subject. */
export * from "./metrics/alarms.js";
export * from "./metrics/business.js";
export * from "./metrics/database.js";
export * from "./metrics/http.js";
export * from "./metrics/neighbours.js";
export * from "./metrics/readings.js";
export { metrics } from "./metrics/registry.js";
