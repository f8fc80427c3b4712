import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import {
  authenticationFailed,
  type GatewayError,
  gatewayFault,
  serverError,
  serviceUnavailable,
  unknownId,
} from "./errors.js";
import type { Gateway } from "./gateway.js";

type GatewayFaultAction =
  | "unknownId"
  | "status401"
  | "status429"
  | "status500"
  | "status502"
  | "status503"
  | "hang"
  | "reset"
  | "html200"
  | "empty500"
  | "null500"
  | "delay";

export interface GatewayFaultRule {
  /** Method and path below `/v1`: `POST /orders`, `GET /payments/:id`, `* /payments/*`. */
  match: string;
  action: GatewayFaultAction;
  /** `before` (default): the work is not done; `after`: the work is done and only the answer is spoilt. */
  when?: "before" | "after";
  /** Default 1. */
  times?: number | "always";
  /** Of `delay` (default 1000). */
  delayMs?: number;
  /** Share of the matching calls (default 1), drawn from `settings.seed`. */
  probability?: number;
}

export interface ActiveGatewayFault extends Required<GatewayFaultRule> {
  id: string;
  hits: number;
}

interface Fault {
  active: ActiveGatewayFault;
  method: string;
  path: RegExp;
}

/** `POST /payments/:id/refund` → method and pattern; a leading `/v1` is allowed. */
function compile(match: string): { method: string; path: RegExp } {
  const [method, path] = match.trim().split(/\s+/);
  if (method === undefined || path === undefined || (!path.startsWith("/") && path !== "*")) {
    throw new Error(`a fault matches "METHOD /path", not "${match}"`);
  }
  const pattern = path
    .replace(/^\/v1(?=\/)/, "")
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/:\w+/g, "[^/]+")
    .replaceAll("*", ".*");
  return { method: method.toUpperCase(), path: new RegExp(`^${pattern}/?$`) };
}

const sendGatewayError = (response: Response, error: GatewayError): void => {
  response.status(error.status).type("json").end(JSON.stringify(error.toEnvelope()));
};

const HTML = "<html><body><h1>429 Too Many Requests</h1></body></html>";

/** What each action does to an answer. They use `end`, because `strikeAfter` may have replaced `json`. */
const spoilers: Record<Exclude<GatewayFaultAction, "delay" | "hang">, (response: Response) => void> = {
  // As if the keys belonged to another account or mode.
  unknownId: (response) => sendGatewayError(response, unknownId()),
  status401: (response) => sendGatewayError(response, authenticationFailed()),
  // The gateway does not document a JSON body for throttling.
  status429: (response) => void response.status(429).set("Retry-After", "1").type("html").end(HTML),
  status500: (response) => sendGatewayError(response, serverError()),
  status502: (response) => sendGatewayError(response, gatewayFault()),
  status503: (response) => sendGatewayError(response, serviceUnavailable()),
  html200: (response) => void response.status(200).type("html").end("<html><body>Welcome</body></html>"),
  empty500: (response) => void response.status(500).end(),
  null500: (response) => void response.status(500).type("json").end("null"),
  reset: (response) => void response.socket?.resetAndDestroy(),
};

/** Faults of the REST API that know the gateway's own answers. `shared/faults.ts` has those of any service. */
export class GatewayFaults {
  private faults: Fault[] = [];
  private readonly hanging = new Set<Response>();

  constructor(private readonly gateway: Gateway) {}

  set(rule: GatewayFaultRule): ActiveGatewayFault {
    const active: ActiveGatewayFault = {
      when: "before",
      times: 1,
      delayMs: 1000,
      probability: 1,
      ...rule,
      id: randomUUID(),
      hits: 0,
    };
    this.faults.push({ active, ...compile(rule.match) });
    return { ...active };
  }

  list(): ActiveGatewayFault[] {
    return this.faults.map(({ active }) => ({ ...active }));
  }

  clear(): void {
    this.faults = [];
  }

  /** Ends hanging answers, so that a closing server does not wait for them. */
  close(): void {
    for (const response of this.hanging) response.destroy();
    this.hanging.clear();
  }

  readonly middleware: RequestHandler = (request, response, next) => {
    if (this.faults.length === 0) return next();
    const fault = this.strike(request.method, request.path);
    if (!fault) return next();
    if (fault.when === "after") {
      this.strikeAfter(response, fault);
      return next();
    }
    if (fault.action === "delay") setTimeout(next, fault.delayMs).unref();
    else this.apply(response, fault.action);
  };

  private strike(method: string, path: string): ActiveGatewayFault | null {
    for (const { active, method: wanted, path: pattern } of this.faults) {
      if ((wanted !== "*" && wanted !== method) || !pattern.test(path)) continue;
      if (active.times !== "always" && active.hits >= active.times) continue;
      if (active.probability < 1 && this.gateway.random() >= active.probability) continue;
      active.hits += 1;
      return active;
    }
    return null;
  }

  /** Lets the handler do its work and only spoils the answer. */
  private strikeAfter(response: Response, fault: ActiveGatewayFault): void {
    const { action, delayMs } = fault;
    const json = response.json.bind(response);
    response.json = (body: unknown) => {
      if (action === "delay") setTimeout(() => json(body), delayMs).unref();
      else this.apply(response, action);
      return response;
    };
  }

  private apply(response: Response, action: Exclude<GatewayFaultAction, "delay">): void {
    if (action === "hang") {
      this.hanging.add(response);
      response.on("close", () => this.hanging.delete(response));
    } else spoilers[action](response);
  }
}
