import Joi from "joi";
import { flag, HOST, list, oneOf, secret, text, url, type VariableSpec, whole } from "./variable.js";

export const payments: Record<string, VariableSpec> = {
  RAZORPAY_KEY_ID: {
    schema: text().pattern(/^rzp_(test|live)_[A-Za-z0-9]+$/, "rzp_test_… or rzp_live_…"),
    purpose: "the gateway's key id",
    example: "rzp_test_AbCdEf123456",
    requiredInProduction: true,
    sandboxValue: "rzp_test_Sandbox00000001",
  },
  RAZORPAY_KEY_SECRET: {
    schema: text().min(8).max(256),
    purpose: "the gateway's key secret",
    example: "the-secret-shown-once-in-the-dashboard",
    requiredInProduction: true,
    sandboxValue: "sandbox-razorpay-key-secret-01",
  },
  RAZORPAY_WEBHOOK_SECRET: {
    schema: list(/^\S{8,256}$/, "one or two secrets of at least 8 characters"),
    purpose: "verifies the gateway's webhooks; two during a rotation",
    example: "new-webhook-secret,old-webhook-secret",
    requiredInProduction: true,
    sandboxValue: "sandbox-razorpay-webhook-secret-0123456789",
  },
  RAZORPAY_ACCOUNT_ID: {
    schema: text().pattern(/^acc_[A-Za-z0-9]+$/, "acc_…"),
    purpose: "when set, a webhook must be for this account",
    example: "acc_BFQ7uQEaa7j2z7",
  },
  RAZORPAY_API_URL: {
    schema: url().pattern(/\/v1\/?$/, { name: "address without /v1", invert: true }),
    purpose: "another gateway address, such as the simulator's, without /v1; refused with a live key",
    example: `${HOST}:3009`,
  },
  RAZORPAY_TIMEOUT_MS: {
    schema: whole(50, 20_000),
    purpose: "how long a call to the gateway may take, in milliseconds",
    example: "5000",
    fallback: 5000,
  },
  PAYMENT_CAPTURE: {
    schema: oneOf("automatic", "manual"),
    purpose: "when payments are captured: automatic (by the gateway) or manual (when the order is placed)",
    example: "automatic",
    fallback: "automatic",
  },
  COD_AUTO_CONFIRM: {
    schema: flag(),
    purpose: "whether cash-on-delivery orders are confirmed immediately",
    example: "true",
    fallback: true,
  },
  COD_MAX_AMOUNT: {
    schema: Joi.number().min(0).max(10_000_000).precision(2),
    purpose: "the largest cash-on-delivery order, in rupees",
    example: "50000",
    fallback: 50_000,
  },
};

export const secrets: Record<string, VariableSpec> = {
  SHIPPING_WEBHOOK_SECRET: {
    schema: text().min(8).max(512),
    purpose: "verifies the shipping service's webhooks",
    example: "a-secret-shared-with-the-shipping-service",
    requiredInProduction: true,
    sandboxValue: "sandbox-shipping-webhook-secret-0123456789",
  },
  LINK_SECRET: {
    schema: secret(),
    purpose: "signs guest ids and the links in mails and answers; a new one ends every guest session",
    example: "a-long-random-text-of-32-or-more-characters",
    requiredInProduction: true,
    sandboxValue: "sandbox-link-secret-0123456789abcdef0123",
  },
  ENCRYPTION_KEY: {
    schema: list(/^[0-9a-fA-F]{64}$/, "64 hex digits (32 bytes) each"),
    purpose: "encrypts bank details; several during a rotation, the first encrypts",
    example: "the output of: openssl rand -hex 32",
    requiredInProduction: true,
    sandboxValue: "5a".repeat(32),
  },
};
