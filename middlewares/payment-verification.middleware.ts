import type { RequestHandler } from "express";
import type { WebhookVerifier } from "../services/integrations/payment-gateway.js";
import { UnauthenticatedError } from "../utils/errors.js";
import { parseSignedJson } from "./json-body.js";
import { localsOf } from "./route.types.js";

/** The two steps that verify a webhook, to run before and after its body is read. */
export interface SignatureSteps {
  /** Refuses headers that cannot belong to a signed webhook before a large body is read and hashed. */
  header: RequestHandler;
  /** Verifies the raw bytes (a rewritten body would differ), then parses them. */
  body: RequestHandler;
}

const refusal = () => new UnauthenticatedError("The signature is missing or wrong");

/** Refuses a webhook that its verifier does not accept. */
export const verifyWebhook = (verifier: WebhookVerifier): SignatureSteps => ({
  header(request, _res, next) {
    if (!verifier.canBeSigned(request.headers)) throw refusal();
    next();
  },
  body(request, res, next) {
    const locals = localsOf(res);
    const { rawBody = Buffer.alloc(0) } = locals;
    if (!verifier.isAuthentic(rawBody, request.headers)) throw refusal();
    locals.body = parseSignedJson(rawBody);
    next();
  },
});
