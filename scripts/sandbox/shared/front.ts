import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express from "express";
import Joi from "joi";
import { SERVICE_NAMES, type ServiceName } from "../environment.js";
import type { CallLog } from "./call-log.js";
import { FAULT_ACTIONS, type FaultRule, type Faults, type ServiceBehaviour } from "./faults.js";
import { errorHandler, pathOf, sendAnswer } from "./http.js";
import { checkBody } from "./values.js";

interface FrontOptions {
  name: ServiceName;
  context: { faults: Faults; calls: CallLog };
  /** The name under which a call is counted. */
  toRoute(method: string, path: string): string;
  serve(req: IncomingMessage, res: ServerResponse): void;
}

/** What every request passes before a stand-in: the fault controls, the call log, the faults, `/health`. */
export function createFront({ name, context, toRoute, serve }: FrontOptions): RequestListener {
  const faultControls = express();
  faultControls.disable("x-powered-by").disable("etag");
  faultControls.use(faultRoutes(context.faults, name), errorHandler);
  return (req, res) => {
    const path = pathOf(req);
    if (path.startsWith("/__faults")) {
      faultControls(req, res);
      return;
    }
    context.calls.watch({ service: name, toRoute }, req, res);
    context.faults.disturb(name, { req, res }, () => {
      if (path === "/health") sendAnswer(res, { data: { status: "ok", service: name } });
      else serve(req, res);
    });
  };
}

const RULE = Joi.object<FaultRule, true>({
  service: Joi.string().valid(...SERVICE_NAMES),
  match: Joi.string(),
  action: Joi.string()
    .valid(...FAULT_ACTIONS)
    .required(),
  status: Joi.number().integer().min(200).max(599),
  code: Joi.string(),
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
 * `POST /__faults` adds a rule, `GET` lists the rules, `DELETE` removes them; `PUT /__faults/behaviour` sets
 * constant latency and error rate. On a service's own port, a rule without `service` applies to that service.
 */
export function faultRoutes(faults: Faults, ownService?: ServiceName): express.Router {
  const router = express.Router();
  const ownScope = ownService === undefined ? {} : { service: ownService };
  router.use("/__faults", express.json());
  router.get("/__faults", (_req, res) => {
    sendAnswer(res, { message: "Faults", data: { faults: faults.list() } });
  });
  router.post("/__faults", (req, res) => {
    const fault = faults.add({ ...ownScope, ...checkBody(RULE, req.body) });
    sendAnswer(res, { status: 201, message: "Fault added", data: fault });
  });
  router.put("/__faults/behaviour", (req, res) => {
    const { service, ...behaviour } = { ...ownScope, ...checkBody(BEHAVIOUR, req.body) };
    for (const name of service ? [service] : SERVICE_NAMES) faults.setBehaviour(name, behaviour);
    sendAnswer(res, { message: "Behaviour set", data: behaviour });
  });
  router.delete("/__faults", (_req, res) => {
    faults.clear();
    sendAnswer(res, { message: "Faults removed", data: null });
  });
  return router;
}
