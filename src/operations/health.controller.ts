import type { Response } from "express";
import type { OpenInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { findUnreadiness, getHealth } from "./health.service.js";
import { readMetrics } from "./metrics.service.js";

const { OK, SERVICE_UNAVAILABLE } = HTTP_STATUS;
const RETRY_AFTER_SECONDS = 5;

export async function getHealthReport(_input: OpenInput, res: Response): Promise<void> {
  const health = await getHealth();
  if (health.status !== "down") return sendResponse(res, OK, "Health", health);
  unavailable(res, "The database is unavailable", health);
}

function unavailable(res: Response, message: string, data: object): void {
  res.setHeader("Retry-After", RETRY_AFTER_SECONDS);
  sendResponse(res, SERVICE_UNAVAILABLE, message, data, { code: "UPSTREAM_UNAVAILABLE" });
}

export async function getLiveness(_input: OpenInput, res: Response): Promise<void> {
  sendResponse(res, OK, "Alive", { alive: true });
}

export async function getReadiness(_input: OpenInput, res: Response): Promise<void> {
  const reason = await findUnreadiness();
  if (reason === null) return sendResponse(res, OK, "Ready", { ready: true });
  unavailable(res, "Not ready", { ready: false, reason });
}

export async function getMetrics(_input: OpenInput, res: Response): Promise<void> {
  const { contentType, text } = await readMetrics();
  res.setHeader("Content-Type", contentType);
  res.send(text);
}
