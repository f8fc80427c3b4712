import express from "express";
import Joi from "joi";
import { checkBody } from "./check.js";
import type { FaultRule, Faults, ServiceBehaviour } from "./faults.js";
import { FAULT_ACTIONS } from "./faults.js";
import type { ServiceName } from "./names.js";
import { SERVICE_NAMES } from "./names.js";

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
