import { createHmac } from "node:crypto";
import type { RequestHandler } from "express";
import { UnauthenticatedError } from "../utils/errors.js";
import { constantTimeEqual } from "../utils/helpers.js";
import { parseJson } from "./json-body.js";
import { localsOf } from "./route.types.js";

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** HMAC-SHA256 in lower-case hex, as the gateway and the shipping service sign. */
export function signBody(rawBody: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(rawBody).digest("hex");
}

/**
 * Whether one of the secrets made this signature of exactly these bytes; constant time.
 * @param header as it came: anything but 64 lower-case hex digits is false
 */
export function isSignedBy(rawBody: Uint8Array, header: unknown, secrets: readonly string[]): boolean {
  if (typeof header !== "string" || !HEX_SHA256.test(header)) return false;
  // Every secret is tried, so that the time does not tell which one fits.
  return secrets.filter((secret) => constantTimeEqual(signBody(rawBody, secret), header)).length > 0;
}

function signatureStep(headerName: string, secrets: readonly string[]): RequestHandler {
  return (request, res, next) => {
    const { rawBody } = localsOf(res);
    if (!rawBody || !isSignedBy(rawBody, request.headers[headerName], secrets)) {
      throw new UnauthenticatedError("The signature is missing or wrong");
    }
    localsOf(res).body = parseJson(rawBody);
    next();
  };
}

/** Lets a webhook of Razorpay through: `X-Razorpay-Signature` over the raw bytes (D16). */
export const verifyRazorpaySignature = (secrets: readonly string[]): RequestHandler =>
  signatureStep("x-razorpay-signature", secrets);

/** Lets a webhook of the shipping service through: `X-Signature`. */
export const verifyShippingSignature = (secret: string): RequestHandler =>
  signatureStep("x-signature", [secret]);
