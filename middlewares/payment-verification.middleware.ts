import type { RequestHandler } from "express";
import { isHmacValid, isSignature } from "../services/integrations/signatures.js";
import { UnauthenticatedError } from "../utils/errors.js";
import { parseSignedJson } from "./json-body.js";
import { localsOf } from "./route.types.js";

/** The two steps that verify a webhook, to run before and after its body is read. */
export interface SignatureSteps {
  /** Refuses a header that cannot be a signature before a large body is read and hashed. */
  header: RequestHandler;
  /** Compares the signature with the raw bytes (a rewritten body would differ), then parses them. */
  body: RequestHandler;
}

const refusal = () => new UnauthenticatedError("The signature is missing or wrong");

function signatureSteps(headerName: string, secrets: readonly string[]): SignatureSteps {
  return {
    // A header sent twice arrives as one text with a comma, which is not a signature.
    header(request, _res, next) {
      if (!isSignature(request.headers[headerName])) throw refusal();
      next();
    },
    body(request, res, next) {
      const locals = localsOf(res);
      const { rawBody = Buffer.alloc(0) } = locals;
      const header = request.headers[headerName];
      const signature = typeof header === "string" ? header : undefined;
      // Every secret is tried, so that the duration does not reveal which one matches.
      const matching = secrets.filter((secret) => isHmacValid(secret, rawBody, signature));
      if (matching.length === 0) throw refusal();
      locals.body = parseSignedJson(rawBody);
      next();
    },
  };
}

/**
 * Verifies a webhook of Razorpay: `X-Razorpay-Signature`.
 * @param secrets two during a rotation
 */
export const verifyRazorpaySignature = (secrets: readonly string[]): SignatureSteps =>
  signatureSteps("x-razorpay-signature", secrets);

/** Verifies a webhook of the shipping service: `X-Signature`. */
export const verifyShippingSignature = (secret: string): SignatureSteps =>
  signatureSteps("x-signature", [secret]);
