import { paise } from "../../../utils/money.js";
import {
  CheckoutView,
  PaymentChoiceView,
  toCheckoutView,
  toPaymentChoiceView,
} from "../../../utils/views/checkout.view.js";
import {
  aCart,
  aCartItem,
  aCheckout,
  aCheckoutTotal,
  aPayment,
  aShippingMethod,
} from "../../support/documents.js";
import { asJson, expectView } from "../../support/schema-checks.js";

const source = (fields: Parameters<typeof aCheckout>[0] = {}) => ({
  checkout: aCheckout(fields),
  cart: aCart(),
  lines: [aCartItem(), aCartItem({ isFreeGift: true, giftRuleId: "gift-1", lineTotal: paise(0) })],
  totals: aCheckoutTotal(),
  payment: null,
});

test("When a checkout is shown, then paise are rupees and the view keeps its schema", () => {
  const view = toCheckoutView(source({ shippingMethod: aShippingMethod() }));

  expect(view.totals).toMatchObject({ subtotal: 399, taxTotal: 22.4, roundOff: -0.4, amountDue: 470 });
  expect(view.shippingMethod).toMatchObject({ rate: 49, codFee: 40.5 });
  expect(view.cart.items).toHaveLength(2);
  expect(view.cart.freeGifts).toEqual([expect.objectContaining({ isFreeGift: true, giftRuleId: "gift-1" })]);
  expectView(view, CheckoutView);
});

test("When a checkout is shown, then its internal fields are not", () => {
  const text = JSON.stringify(toCheckoutView({ ...source(), payment: aPayment() }));

  for (const secret of [
    "lease",
    "reservation",
    "gateway-payload",
    "order_AAAA",
    "pay_AAAA",
    "key-of-a-test",
  ]) {
    expect(text).not.toContain(secret);
  }
});

test("When the method is chosen, then the totals are the frozen ones, not those of the cart", () => {
  const frozen = {
    lines: [],
    charges: [],
    totals: { ...aCheckoutTotal(), amountDue: paise(12_345) },
    coupons: [],
    discounts: [],
    cartVersion: 3,
    at: new Date(),
  };

  expect(toCheckoutView(source({ status: "completed", frozen })).totals.amountDue).toBe(123.45);
});

test("When a customer's cart is shown, then the earlier guest session id is not", () => {
  const cart = aCart({ userId: "user-asha" });

  expect(asJson(toCheckoutView({ ...source(), cart }))).not.toHaveProperty("cart.sessionId");
});

const gateway = {
  key: "rzp_test_key",
  orderId: "order_AAAAAAAAAAAAAA",
  amount: paise(47_000),
  currency: "INR",
  name: "Vastra",
  prefill: { email: "asha@example.com" },
  method: "upi",
};

test("When a payment is chosen, then only the gateway's amount is in paise", () => {
  const view = toPaymentChoiceView({
    overview: { ...source(), payment: aPayment() },
    options: [{ method: "cod", available: false, reason: "Above the limit", maxAmount: paise(500_050) }],
    gateway,
  });

  expect(view.gateway?.amount).toBe(47_000);
  expect(view.payment?.amount).toBe(470);
  expect(view.paymentOptions).toEqual([expect.objectContaining({ method: "cod", maxAmount: 5000.5 })]);
  expectView(view, PaymentChoiceView);
});

test("When nothing is paid online, then gateway is null", () => {
  const view = toPaymentChoiceView({ overview: source(), options: [], gateway: null });

  expect(view).toMatchObject({ payment: null, gateway: null });
  expectView(view, PaymentChoiceView);
});
