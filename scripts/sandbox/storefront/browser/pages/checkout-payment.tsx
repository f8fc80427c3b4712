import { useState } from "preact/hooks";
import { api, type Checkout, type PaymentChoice, type PaymentMethod } from "../api.js";
import { METHOD_NAMES, rupees } from "../format.js";
import { Field, type FormEvent, useAction, valuesOf } from "../parts.js";
import { ProblemNote } from "../problems.js";
import { mayHaveHappened } from "../purchase.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";
import type { StepProps } from "./checkout.js";

const METHODS: readonly (readonly [method: PaymentMethod, about: string])[] = [
  ["upi", "Google Pay, PhonePe, Paytm and every other UPI app"],
  ["card", "Credit and debit cards, RuPay included"],
  ["netbanking", "From your bank account"],
  ["wallet", "MobiKwik and others"],
  ["cod", "Cash or UPI at your door"],
];

interface Offer {
  isAvailable: boolean;
  hint: string;
}

/** What is known of a method now: the choice of a method answers with the state of all of them. */
function offerOf(
  method: PaymentMethod,
  about: string,
  checkout: Checkout,
  options: PaymentChoice["paymentOptions"],
): Offer {
  const option = options.find((candidate) => candidate.method === method);
  if (option && !option.available) return { isAvailable: false, hint: option.reason ?? "Not available now" };
  if (option?.downtime)
    return { isAvailable: true, hint: "Payments may fail at the moment: the bank has trouble" };
  if (method !== "cod" || !checkout.shippingMethod) return { isAvailable: true, hint: about };
  const { isCodAvailable, codFee } = checkout.shippingMethod;
  if (!isCodAvailable) return { isAvailable: false, hint: "Not with this kind of delivery" };
  return { isAvailable: true, hint: codFee > 0 ? `${about}, for a fee of ${rupees(codFee)}` : about };
}

/** Store credit and points of a customer, which pay before anything else does. */
function Balances({ checkout, onDone }: StepProps) {
  const { isBusy, problem, run } = useAction();
  const { storeCredit, loyaltyDiscount } = checkout.totals;
  const change = (request: Promise<Checkout>) => run(async () => onDone(await request));
  const usePoints = (event: FormEvent) => {
    event.preventDefault();
    const { points = "" } = valuesOf(event.currentTarget);
    void change(api.usePoints(checkout.id, Number(points)));
  };
  return (
    <details class="balances" open={storeCredit + loyaltyDiscount > 0}>
      <summary>Store credit and points</summary>
      {storeCredit > 0 ? (
        <p class="applied">
          <span>{rupees(storeCredit)} of store credit is used</span>
          <button
            type="button"
            class="plain"
            disabled={isBusy}
            onClick={() => change(api.dropCredit(checkout.id))}
          >
            Do not use it
          </button>
        </p>
      ) : (
        <button type="button" disabled={isBusy} onClick={() => change(api.useCredit(checkout.id))}>
          Use my store credit
        </button>
      )}
      {loyaltyDiscount > 0 ? (
        <p class="applied">
          <span>Points worth {rupees(loyaltyDiscount)} are used</span>
          <button
            type="button"
            class="plain"
            disabled={isBusy}
            onClick={() => change(api.dropPoints(checkout.id))}
          >
            Do not use them
          </button>
        </p>
      ) : (
        <form onSubmit={usePoints} class="inline-form">
          <Field label="Points to use" name="points" inputMode="numeric" error={problem?.fields.points} />
          <button type="submit" disabled={isBusy}>
            Use
          </button>
        </form>
      )}
      <ProblemNote problem={problem} />
    </details>
  );
}

/**
 * The gateway's page takes the payment, and sends the customer back to this shop's server, which leads to the page
 * `/checkout/:sessionId/payment`. With the real gateway, this is `new Razorpay({ …gateway, callback_url, redirect: true }).open()`.
 */
function openGateway(
  gatewayUrl: string,
  checkout: Checkout,
  gateway: NonNullable<PaymentChoice["gateway"]>,
): void {
  const callback = `${location.origin}/checkout/${checkout.id}/paid`;
  location.assign(`${gatewayUrl}/checkout/${gateway.orderId}?callback_url=${encodeURIComponent(callback)}`);
}

interface PaymentStepProps extends StepProps {
  /** The gateway has sent the customer back without a payment. */
  hasFailed: boolean;
}

export function PaymentStep({ checkout, onDone, hasFailed }: PaymentStepProps) {
  const { shop, customer } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const [method, setMethod] = useState<PaymentMethod>(checkout.paymentMethod ?? "upi");
  const [options, setOptions] = useState<PaymentChoice["paymentOptions"]>([]);
  const due = checkout.totals.amountDue;
  const isFree = due === 0;
  const { payment } = checkout;

  const thank = (orderNumber: string) => navigate(`/orders/${orderNumber}/thanks`);
  async function place(request: () => Promise<{ orderNumber: string }>): Promise<void> {
    try {
      thank((await request()).orderNumber);
    } catch (error) {
      // The answer was lost: the next page waits for the order, if there is one.
      if (!mayHaveHappened(error)) throw error;
      navigate(`/checkout/${checkout.id}/payment`);
    }
  }
  async function pay(): Promise<void> {
    if (isFree) return place(() => api.placeOrder(checkout.id, true));
    if (method === "cod") return place(() => api.payOnDelivery(checkout.id));
    const choice = await api.choosePayment(checkout.id, method);
    setOptions(choice.paymentOptions);
    if (choice.gateway) return openGateway(shop.gatewayUrl, checkout, choice.gateway);
    // Nothing to pay at the gateway: it is paid already.
    return navigate(`/checkout/${checkout.id}/payment`);
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const isPaid = await run(pay);
    // A refusal may have changed the cart, the coupon or the delivery: show the amounts of now.
    if (!isPaid) await api.checkout(checkout.id).then(onDone, () => undefined);
  };
  const codFee =
    method === "cod" && checkout.paymentMethod !== "cod" ? (checkout.shippingMethod?.codFee ?? 0) : 0;
  return (
    <>
      {customer && <Balances checkout={checkout} onDone={onDone} />}
      <form onSubmit={submit}>
        {(hasFailed || payment?.status === "failed") && !problem && (
          <p class="note bad" role="alert" data-code="PAYMENT_FAILED">
            <strong>Nothing was charged.</strong>{" "}
            {payment?.errorMessage ??
              "The payment was not completed. Try again, or choose another way to pay"}
            .
          </p>
        )}
        {isFree ? (
          <p class="note good">Nothing is left to pay.</p>
        ) : (
          <fieldset class="choices">
            <legend class="visually-hidden">Payment method</legend>
            {METHODS.map(([name, about]) => {
              const { isAvailable, hint } = offerOf(name, about, checkout, options);
              return (
                <label key={name} class="choice">
                  <input
                    type="radio"
                    name="method"
                    value={name}
                    checked={method === name}
                    disabled={!isAvailable}
                    onChange={() => setMethod(name)}
                  />
                  <span>
                    {METHOD_NAMES[name]}
                    <span class="hint">{hint}</span>
                  </span>
                </label>
              );
            })}
          </fieldset>
        )}
        <label class="check">
          <input type="checkbox" name="terms" required defaultChecked={checkout.termsAccepted} />
          <span>I accept the terms of sale and the return policy.</span>
        </label>
        <ProblemNote problem={problem} onRepeat={repeat} />
        <button type="submit" class="primary wide" disabled={isBusy}>
          {isFree || method === "cod" ? "Place the order" : `Pay ${rupees(due)}`}
        </button>
        {codFee > 0 && <p class="hint">With the fee, you pay {rupees(due + codFee)} in cash.</p>}
      </form>
    </>
  );
}
