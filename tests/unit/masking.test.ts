import {
  maskAccountNumber,
  maskCardNumbers,
  maskContact,
  maskEmail,
  maskFreeText,
  maskGatewayPayload,
  maskText,
  maskVpa,
} from "../../utils/masking.js";

test.each([
  [maskVpa, "asha.r@okbank", "as****@okbank"],
  [maskVpa, "ab@okbank", "****@okbank"],
  [maskVpa, "nonsense", "****"],
  [maskEmail, "buyer@example.com", "b****@example.com"],
  [maskEmail, "b@example.com", "****@example.com"],
  [maskContact, "+91 90000 00001", "****0001"],
  [maskContact, "12345", "****"],
  [maskAccountNumber, "50100012345678", "****5678"],
  [maskAccountNumber, "1234567", "****"],
])("When %p masks %s, then %s is left", (mask, value, masked) => {
  expect(mask(value)).toBe(masked);
});

test("When a text holds addresses or a card number, then they are masked and the rest stays", () => {
  const text = maskText("paid by asha.r@okbank with 4111 1111 1111 1111 for ORD-2026-000123");
  expect(text).toBe("paid by as****@okbank with **** for ORD-2026-000123");
});

test.each([
  ["call 98450 12345 or +91-98450-12345", "call ****2345 or ****2345"],
  ["(098450) 12345, 0091.98450.12345", "****2345, ****2345"],
  ["98450\u00a012345 / ९८४५०१२३४५", "****2345 / ****२३४५"],
  ["आशा@example.in, o'brien@example.in", "आश****@example.in, o'****@example.in"],
  ["ORD-2026-000123 and INV-2026-000001", "ORD-2026-000123 and INV-2026-000001"],
  ["pay_9845012345Abcd, 6560c0ffee00000000000001", "pay_9845012345Abcd, 6560c0ffee00000000000001"],
  ["2 boxes, 499 each, 560001", "2 boxes, 499 each, 560001"],
])("When free text is %p, then %p is left", (text, left) => {
  expect(maskFreeText(text)).toBe(left);
});

/**
 * Many times what this takes where the time grows with the length, even on a busy machine, and far less than it takes
 * where the time grows with its square.
 */
const LONG_TEXT_WITHIN_MS = 30_000;

test.each([["1 ".repeat(500_000)], ["+(1".repeat(500_000)], ["a@".repeat(500_000)]])(
  "When a long text is almost a number or an address, then the time to mask it grows with its length",
  (text) => {
    const startedAt = performance.now();
    maskFreeText(text);
    expect(performance.now() - startedAt).toBeLessThan(LONG_TEXT_WITHIN_MS);
  },
);

test.each([
  ["take my card 4111 1111 1111 1111, please", "take my card ****1111, please"],
  ["5555-5555-5555-4444", "****4444"],
  ["flat 12 4111 1111 1111 1111 7 or 378282246310005-3", "flat 12 ****1111 7 or ****0005-3"],
  ["378282246310005 or 6521111111111110?", "****0005 or ****1110?"],
  ["the parcel 4111 1111 1111 1112 never came", "the parcel 4111 1111 1111 1112 never came"],
  ["call +91 98450 12345 before 10", "call +91 98450 12345 before 10"],
])("When a text contains %p, then %p is kept", (text, kept) => {
  expect(maskCardNumbers(text)).toBe(kept);
});

test("When a long text holds none, then the time to mask it grows with its length", () => {
  const startedAt = performance.now();
  expect(maskCardNumbers("1 ".repeat(200_000))).toHaveLength(400_000);
  expect(maskText("a".repeat(800_000))).toHaveLength(800_000);
  expect(performance.now() - startedAt).toBeLessThan(LONG_TEXT_WITHIN_MS);
});

describe("a gateway's webhook", () => {
  const payload = {
    event: "payment.captured",
    payload: {
      payment: {
        entity: {
          id: "pay_Rk5Bf3Jd9Xu2Ge",
          amount: 249900,
          vpa: "asha.r@okbank",
          upi: { vpa: "asha.r@okbank", flow: "intent" },
          email: "buyer@example.com",
          contact: "+919000000001",
          card: { last4: "1007", name: "Asha Rao", network: "Visa", token_iin: "411111", cvv: "737" },
          notes: { free: "write to asha@example.com or 4111111111111111" },
          error_description: null,
          fee: 5898,
        },
      },
    },
    created_at: 1767227104,
  };

  test("When it is masked, then no personal data is left and the rest is unchanged", () => {
    const text = JSON.stringify(maskGatewayPayload(payload));
    for (const secret of ["asha.r", "buyer@", "9000000001", "Asha Rao", "411111", "737", "asha@"]) {
      expect(text).not.toContain(secret);
    }
    expect(maskGatewayPayload(payload)).toMatchObject({
      event: "payment.captured",
      payload: {
        payment: { entity: { id: "pay_Rk5Bf3Jd9Xu2Ge", amount: 249900, fee: 5898, card: { last4: "1007" } } },
      },
      created_at: 1767227104,
    });
  });

  test("When it is masked, then the original stays as it was", () => {
    const before = structuredClone(payload);
    maskGatewayPayload(payload);
    expect(payload).toEqual(before);
  });

  test("When it is deeper than any webhook, then masking ends", () => {
    let deep: unknown = "x@y";
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    expect(JSON.stringify(maskGatewayPayload(deep))).not.toContain("x@y");
  });
});
