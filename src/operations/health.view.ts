import Joi from "joi";

const upstream = Joi.object({
  status: Joi.string().required(),
  breaker: Joi.string().required(),
  latencyMs: Joi.number().allow(null).required(),
});

export const healthView = Joi.object({
  status: Joi.string().valid("ok", "degraded", "down").required(),
  database: Joi.object({
    status: Joi.string().valid("up", "down").required(),
    latencyMs: Joi.number().allow(null).required(),
  }).required(),
  upstreams: Joi.object().pattern(Joi.string(), upstream).required(),
  version: Joi.string().required(),
  uptime: Joi.number().integer().required(),
}).meta({ className: "Health" });

export const readinessView = Joi.object({
  ready: Joi.boolean().required(),
  reason: Joi.string(),
}).meta({ className: "Readiness" });

export const livenessView = Joi.object({ alive: Joi.boolean().valid(true).required() });
