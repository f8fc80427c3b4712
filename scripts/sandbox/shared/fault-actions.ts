import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultRule } from "./faults.js";
import { sendJson } from "./http.js";
import type { Timers } from "./timers.js";

export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  /** Does the work. */
  next(): void;
  timers: Timers;
}

const DRIP_BYTES = 16;
const DEFAULT_DRIP_PAUSE_MS = 100;
const DEFAULT_HUGE_BYTES = 16 * 1024 * 1024;

/** Cuts the connection the hard way: the client sees ECONNRESET. */
export const resetConnection = (req: IncomingMessage): void => {
  req.socket.resetAndDestroy();
};

/** Faults that answer something else than what the service would have answered. */
export function answerBadly(fault: FaultRule, exchange: Exchange): void {
  const { res, next } = exchange;
  if (fault.retryAfterSeconds !== undefined) res.setHeader("Retry-After", String(fault.retryAfterSeconds));
  if (fault.action === "status" && !fault.after) {
    sendJson(res, fault.status ?? 500, errorEnvelope(fault));
    return;
  }
  interceptBody(res, (body) => spoil(fault, body, exchange));
  next();
}

const errorEnvelope = ({ code = "INJECTED_FAULT" }: FaultRule): object => ({
  success: false,
  message: "Injected fault",
  data: null,
  error: { code },
});

type FinalEnd = (body?: Buffer) => void;

/** Lets the service do its work, and hands what it would have sent to `onBody` instead of the client. */
function interceptBody(res: ServerResponse, onBody: (body: { sent: Buffer; end: FinalEnd }) => void): void {
  const chunks: Buffer[] = [];
  const originalWrite = res.write.bind(res);
  const originalEnd = res.end.bind(res);
  const keep = (chunk: unknown): void => {
    if (typeof chunk === "string") chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const write = (chunk: unknown): boolean => {
    keep(chunk);
    return true;
  };
  const end = (chunk?: unknown): ServerResponse => {
    keep(chunk);
    Object.assign(res, { write: originalWrite, end: originalEnd });
    onBody({ sent: Buffer.concat(chunks), end: (body) => void originalEnd(body) });
    return res;
  };
  Object.assign(res, { write, end });
}

function spoil(fault: FaultRule, answer: { sent: Buffer; end: FinalEnd }, exchange: Exchange): void {
  const { req, res } = exchange;
  switch (fault.action) {
    case "reset-after":
      resetConnection(req);
      break;
    case "truncate":
      sendHalf(answer.sent, exchange);
      break;
    case "slow-drip":
      sendDrop(answer.sent, exchange, fault.delayMs ?? DEFAULT_DRIP_PAUSE_MS);
      break;
    default: {
      const { contentType, body } = replacement(fault, answer.sent);
      if (fault.action === "status") res.statusCode = fault.status ?? 500;
      else if (fault.status !== undefined) res.statusCode = fault.status;
      res.setHeader("Content-Type", contentType);
      res.setHeader("Content-Length", body.length);
      answer.end(body);
    }
  }
}

function replacement(fault: FaultRule, sent: Buffer): { contentType: string; body: Buffer } {
  const json = "application/json; charset=utf-8";
  switch (fault.action) {
    case "garbage":
      return { contentType: json, body: Buffer.from("\u0000%PDF{not json at all") };
    case "html":
      return {
        contentType: "text/html",
        body: Buffer.from("<html><body><h1>502 Bad Gateway</h1></body></html>"),
      };
    case "huge": {
      const padding = "x".repeat(fault.bytes ?? DEFAULT_HUGE_BYTES);
      return { contentType: json, body: Buffer.from(JSON.stringify({ success: true, data: { padding } })) };
    }
    case "wrong-types":
      return { contentType: json, body: Buffer.from(JSON.stringify(withWrongTypes(sent))) };
    default:
      return { contentType: json, body: Buffer.from(JSON.stringify(errorEnvelope(fault))) };
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keeps the envelope, so that only a check of the content itself can notice. */
function withWrongTypes(sent: Buffer): unknown {
  const answer: unknown = JSON.parse(sent.toString() || "null");
  if (isRecord(answer) && "data" in answer) return { ...answer, data: confuse(answer.data) };
  return confuse(answer);
}

function confuse(value: unknown): unknown {
  if (typeof value === "number") return `about ${value}`;
  if (typeof value === "string") return { text: value };
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, confuse(part)]));
  }
  return value;
}

/** Promises the whole length, sends half of it, and hangs up. */
function sendHalf(body: Buffer, { req, res }: Exchange): void {
  res.setHeader("Content-Length", body.length);
  res.write(body.subarray(0, Math.floor(body.length / 2)), () => req.socket.destroy());
}

function sendDrop(body: Buffer, exchange: Exchange, pauseMs: number): void {
  const { res, timers } = exchange;
  if (res.destroyed) return;
  if (body.length <= DRIP_BYTES) {
    res.end(body);
    return;
  }
  res.write(body.subarray(0, DRIP_BYTES));
  timers.after(pauseMs, () => sendDrop(body.subarray(DRIP_BYTES), exchange, pauseMs));
}
