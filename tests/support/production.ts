/** What production asks for: secrets other than the sandbox's, which it refuses. */
export const PRODUCTION_SECRETS = {
  jwtSecret: "production-jwt-secret-of-more-than-32-characters",
  serviceToken: "production-service-token",
  shippingWebhookSecret: "production-shipping-webhook-secret",
  linkSecret: "production-link-secret-of-the-tests",
  encryptionKey: "6b".repeat(32),
  razorpayKeyId: "rzp_test_Production000001",
  razorpayKeySecret: "production-razorpay-key-secret",
  razorpayWebhookSecret: "production-razorpay-webhook-secret",
} as const;

export const PRODUCTION = { NODE_ENV: "production", METRICS_TOKEN: "production-metrics-token" } as const;
