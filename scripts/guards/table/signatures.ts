import type { GuardSubject } from "../guard.js";

/** Only the bytes that the gateway signed are believed. */
export const SIGNATURES: GuardSubject = {
  title: "Signatures",
  guards: [
    {
      name: "webhook-raw-bytes",
      keeps: "a signature covers the bytes that arrived",
      file: "middlewares/payment-verification.middleware.ts",
      text: "verifier.isAuthentic(rawBody, request.headers)",
      replacement:
        "verifier.isAuthentic(Buffer.from(JSON.stringify(parseSignedJson(rawBody))), request.headers)",
      tests: ["tests/integration/http/signatures.test.ts"],
    },
    {
      name: "webhook-verified",
      keeps: "a webhook without the right signature is refused",
      file: "middlewares/payment-verification.middleware.ts",
      text: `    if (!verifier.isAuthentic(rawBody, request.headers)) throw refusal();
`,
      replacement: "",
      tests: ["tests/integration/http/signatures.test.ts"],
    },
    {
      name: "signature-shape",
      keeps: "a signature of another length is refused, not compared",
      file: "services/integrations/signatures.ts",
      text: 'if (secret === "" || !isSignature(signature)) return false;',
      replacement: 'if (secret === "" || !signature) return false;',
      tests: ["tests/unit/integrations/gateway-signatures.test.ts"],
      named: "When a signature is",
    },
    {
      name: "signature-secret",
      keeps: "an empty secret verifies nothing",
      file: "services/integrations/signatures.ts",
      text: 'if (secret === "" || !isSignature(signature)) return false;',
      replacement: "if (!isSignature(signature)) return false;",
      tests: ["tests/unit/integrations/gateway-signatures.test.ts"],
    },
    {
      name: "signature-header-first",
      keeps: "a body without a signature is refused before it is read",
      file: "middlewares/payment-verification.middleware.ts",
      text: `    if (!verifier.canBeSigned(request.headers)) throw refusal();
`,
      replacement: "",
      tests: ["tests/integration/http/signatures.test.ts"],
      named: "before it is read",
    },
    {
      name: "callback-of-its-order",
      keeps: "the answer of the payment window belongs to the checkout’s gateway order",
      file: "services/integrations/razorpay/browser.ts",
      text: `const signed = \`\${gatewayOrderId}|`,
      replacement: `const signed = \`\${textOf(answer.razorpay_order_id)}|`,
      tests: ["tests/unit/integrations/gateway-signatures.test.ts"],
    },
  ],
};
