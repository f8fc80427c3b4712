import { describedRouter, internal, open, page } from "../../middlewares/described-router.js";
import * as controller from "./health.controller.js";
import { healthView, livenessView, readinessView } from "./health.view.js";

const health = describedRouter({ base: "/api/health", tag: "Operations" });

/**
 * @route GET /api/health
 * @description The database, the called services and their breakers, version and uptime
 * @access Public
 */
health.get(
  "/",
  {
    summary: "The state of the service, its database and the services it calls",
    access: open(),
    answers: { 200: healthView, 503: healthView },
    rateClass: "none",
  },
  controller.getHealthReport,
);

/**
 * @route GET /api/health/live
 * @description Whether the process runs; restart it when this does not answer
 * @access Public
 */
health.get(
  "/live",
  {
    summary: "Whether the process runs",
    access: open(),
    answers: { 200: livenessView },
    rateClass: "none",
  },
  controller.getLiveness,
);

/**
 * @route GET /api/health/ready
 * @description Whether requests should be sent here: not while starting, stopping or without a database
 * @access Public
 */
health.get(
  "/ready",
  {
    summary: "Whether requests should be sent to this instance",
    access: open(),
    answers: { 200: readinessView, 503: readinessView },
    rateClass: "none",
  },
  controller.getReadiness,
);

const metrics = describedRouter({ base: "/metrics", tag: "Operations" });

/**
 * @route GET /metrics
 * @description What Prometheus collects
 * @access Internal (METRICS_TOKEN)
 */
metrics.get(
  "/",
  {
    summary: "Metrics for Prometheus",
    access: internal(),
    answers: { 200: page("text/plain") },
    rateClass: "none",
  },
  controller.getMetrics,
);

export { health, metrics };
