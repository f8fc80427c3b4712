import type { RequestHandler } from "express";
import { isHmacValid } from "../services/integrations/signatures.js";
import { UnauthenticatedError } from "../utils/errors.js";
import { parseSignedJson } from "./json-body.js";
import { localsOf } from "./route.types.js";

/** A header sent twice arrives as one text with a comma, and is no signature. */
function signatureStep(headerName: string, secrets: readonly string[]): RequestHandler {
  return (request, res, next) => {
    const locals = localsOf(res);
    const { rawBody = Buffer.alloc(0) } = locals;
    const header = request.headers[headerName];
    const signature = typeof header === "string" ? header : undefined;
    // Every secret is tried, so that the time does not tell which one fits.
    const fitting = secrets.filter((secret) => isHmacValid(secret, rawBody, signature));
    if (fitting.length === 0) throw new UnauthenticatedError("The signature is missing or wrong");
    locals.body = parseSignedJson(rawBody);
    next();
  };
}

/**
 * Lets a webhook of Razorpay through: `X-Razorpay-Signature` over the raw bytes (D16).
 * @param secrets two while one is being replaced by the other
 */
export const verifyRazorpaySignature = (secrets: readonly string[]): RequestHandler =>
  signatureStep("x-razorpay-signature", secrets);

/** Lets a webhook of the shipping service through: `X-Signature` over the raw bytes. */
export const verifyShippingSignature = (secret: string): RequestHandler =>
  signatureStep("x-signature", [secret]);
