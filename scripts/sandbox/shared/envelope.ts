import type { ServerResponse } from "node:http";
import { sendJson } from "./http.js";
import type { Answer } from "./idempotency.js";
import { Refusal } from "./refusal.js";

/** The envelope of all neighbours: `{ success, message, data, error }`. */

export function sendAnswer(res: ServerResponse, { status = 200, message = "OK", data }: Answer): void {
  sendJson(res, status, { success: true, message, data, error: null });
}

export function sendRefusal(res: ServerResponse, refusal: Refusal): void {
  const { statusCode, message, data, code } = refusal;
  sendJson(res, statusCode, { success: false, message, data, error: { code, message } });
}

export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 400 || status === 413) return new Refusal(status, "MALFORMED_REQUEST", "Unreadable body");
  const reason = error instanceof Error ? error.message : String(error);
  return new Refusal(500, "INTERNAL_ERROR", `The stand-in failed: ${reason}`);
}
