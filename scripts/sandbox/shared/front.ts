import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express from "express";
import Joi from "joi";
import { SERVICE_NAMES, type ServiceName } from "../environment.js";
import type { CallLog } from "./call-log.js";
import { FAULT_ACTIONS, type FaultRule, type Faults, type ServiceBehaviour } from "./faults.js";
import { errorHandler, pathOf, sendJson } from "./http.js";
import { checkBody } from "./values.js";

interface FrontOptions {
  name: ServiceName;
  context: { faults: Faults; calls: CallLog };
  /** The name under which a call is counted. */
  toRoute(method: string, path: string): string;
  serve(req: IncomingMessage, res: ServerResponse): void;
}

/** What stands before every stand-in: the switches for faults, the call log, the faults, `/health`. */
export function createFront({ name, context, toRoute, serve }: FrontOptions): RequestListener {
  const switches = express();
  switches.disable("x-powered-by").disable("etag");
  switches.use(faultRoutes(context.faults, name), errorHandler);
  return (req, res) => {
    const path = pathOf(req);
    if (path.startsWith("/__faults")) {
      switches(req, res);
      return;
    }
    context.calls.watch({ service: name, toRoute }, req, res);
    context.faults.disturb(name, { req, res }, () => {
      if (path === "/health") sendJson(res, 200, healthOf(name));
      else serve(req, res);
    });
  };
}

const healthOf = (service: ServiceName) => ({
  success: true,
  message: "OK",
  data: { status: "ok", service },
  error: null,
});

const RULE = Joi.object<FaultRule, true>({
  service: Joi.string().valid(...SERVICE_NAMES),
  match: Joi.string(),
  action: Joi.string()
    .valid(...FAULT_ACTIONS)
    .required(),
  status: Joi.number().integer().min(200).max(599),
  delayMs: Joi.number().min(0),
  times: Joi.number().integer().min(1),
  probability: Joi.number().min(0).max(1),
  seed: Joi.number().integer(),
  after: Joi.boolean(),
  retryAfterSeconds: Joi.number().integer().min(0),
  bytes: Joi.number().integer().min(1),
}).required();

const BEHAVIOUR = Joi.object<ServiceBehaviour & { service?: ServiceName }, true>({
  service: Joi.string().valid(...SERVICE_NAMES),
  latencyMs: Joi.number().min(0),
  errorRate: Joi.number().min(0).max(1),
  seed: Joi.number().integer(),
}).required();

/**
 * `POST /__faults` adds a rule, `GET` lists them, `DELETE` removes all; `PUT /__faults/behaviour` sets
 * lasting latency and error rate. On a service's own port a rule without `service` means that service.
 */
export function faultRoutes(faults: Faults, ownService?: ServiceName): express.Router {
  const router = express.Router();
  const ownScope = ownService === undefined ? {} : { service: ownService };
  router.use("/__faults", express.json());
  router.get("/__faults", (_req, res) => {
    res.json({ success: true, message: "Faults", data: { faults: faults.list() }, error: null });
  });
  router.post("/__faults", (req, res) => {
    const fault = faults.add({ ...ownScope, ...checkBody(RULE, req.body) });
    res.status(201).json({ success: true, message: "Fault added", data: fault, error: null });
  });
  router.put("/__faults/behaviour", (req, res) => {
    const { service, ...behaviour } = { ...ownScope, ...checkBody(BEHAVIOUR, req.body) };
    for (const name of service ? [service] : SERVICE_NAMES) faults.setBehaviour(name, behaviour);
    res.json({ success: true, message: "Behaviour set", data: behaviour, error: null });
  });
  router.delete("/__faults", (_req, res) => {
    faults.clear();
    res.json({ success: true, message: "Faults removed", data: null, error: null });
  });
  return router;
}
