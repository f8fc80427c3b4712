import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type AddressForm, api, type Checkout } from "../api.js";
import { deliveryDays, rupees } from "../format.js";
import {
  Field,
  type FormEvent,
  LineList,
  Loading,
  Notices,
  Page,
  TotalsList,
  useAction,
  useLoaded,
  valuesOf,
} from "../parts.js";
import { ProblemNote } from "../problems.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";
import { PaymentStep } from "./checkout-payment.js";

type StepName = "address" | "delivery" | "payment";

export interface StepProps {
  checkout: Checkout;
  onDone: (checkout: Checkout) => void;
}

/** The first step that is not complete. */
const nextStep = ({ email, phone, shippingAddress, shippingMethod }: Checkout): StepName => {
  if (!email || !phone || !shippingAddress) return "address";
  return shippingMethod ? "payment" : "delivery";
};

function AddressStep({ checkout, onDone }: StepProps) {
  const { customer } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const saved = checkout.shippingAddress ?? customer?.addresses[0];
  const fieldError = (name: string) => {
    if (name === "pincode" && problem?.code === "PINCODE_NOT_SERVICEABLE") return problem.text;
    if (name === "gstin" && problem?.code === "INVALID_GSTIN") return problem.text;
    return problem?.fields[name];
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { email = "", phone = "", gstin, ...rest } = valuesOf(event.currentTarget);
    const { name = "", line1 = "", line2, city = "", state = "", pincode = "" } = rest;
    const address: AddressForm = { name, phone, line1, ...(line2 ? { line2 } : {}), city, state, pincode };
    await run(async () => {
      await api.setContact(checkout.id, { email, phone });
      let changed = await api.setAddress(checkout.id, address);
      if (gstin || changed.gstin) changed = await api.setGstin(checkout.id, gstin ?? null);
      onDone(changed);
    });
  };
  return (
    <form onSubmit={save} class="address-form">
      <Field
        label="E-mail"
        name="email"
        inputMode="email"
        autocomplete="email"
        value={checkout.email ?? customer?.email ?? ""}
        error={fieldError("email")}
        hint="For the confirmation and the invoice."
      />
      <Field
        label="Mobile number"
        name="phone"
        inputMode="tel"
        autocomplete="tel"
        value={checkout.phone ?? customer?.phone ?? ""}
        error={fieldError("phone")}
        hint="For the courier, such as 98450 12345."
      />
      <Field
        label="Full name"
        name="name"
        autocomplete="name"
        value={saved?.name ?? ""}
        error={fieldError("name")}
      />
      <Field
        label="House and street"
        name="line1"
        autocomplete="address-line1"
        value={saved?.line1 ?? ""}
        error={fieldError("line1")}
      />
      <Field
        label="Area or floor"
        name="line2"
        autocomplete="address-line2"
        value={saved?.line2 ?? ""}
        required={false}
        error={fieldError("line2")}
      />
      <Field
        label="Pincode"
        name="pincode"
        inputMode="numeric"
        autocomplete="postal-code"
        maxLength={7}
        value={saved?.pincode ?? ""}
        error={fieldError("pincode")}
      />
      <Field
        label="City"
        name="city"
        autocomplete="address-level2"
        value={saved?.city ?? ""}
        error={fieldError("city")}
      />
      <Field
        label="State"
        name="state"
        autocomplete="address-level1"
        value={saved?.state ?? ""}
        error={fieldError("state")}
      />
      <details class="span" open={Boolean(checkout.gstin) || problem?.code === "INVALID_GSTIN"}>
        <summary>Buying for a business?</summary>
        <Field
          label="GSTIN"
          name="gstin"
          autocomplete="off"
          maxLength={15}
          value={checkout.gstin ?? ""}
          required={false}
          error={fieldError("gstin")}
          hint="Printed on the invoice, for your input tax credit."
        />
      </details>
      <ProblemNote problem={problem} onRepeat={repeat} />
      <button type="submit" class="primary span" disabled={isBusy}>
        Continue to delivery
      </button>
    </form>
  );
}

function DeliveryStep({ checkout, onDone }: StepProps) {
  const { isBusy, problem, run, repeat } = useAction();
  const methods = useLoaded(`methods-${checkout.shippingAddress?.pincode}`, () =>
    api.shippingMethods(checkout.id),
  );
  const [chosen, setChosen] = useState(checkout.shippingMethod?.id);
  if (!methods.value) return <Loading problem={methods.problem} onRepeat={methods.reload} />;
  const selected = chosen ?? methods.value[0]?.id;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (selected) await run(async () => onDone(await api.chooseShipping(checkout.id, selected)));
  };
  return (
    <form onSubmit={save}>
      <fieldset class="choices">
        <legend class="visually-hidden">Delivery</legend>
        {methods.value.map((method) => (
          <label key={method.id} class="choice">
            <input
              type="radio"
              name="shipping"
              checked={method.id === selected}
              onChange={() => setChosen(method.id)}
            />
            <span>
              {method.displayName}
              <span class="hint">
                {deliveryDays(method)} with {method.carrier}
                {!method.isCodAvailable && ", no cash on delivery"}
              </span>
            </span>
            <strong>{method.rate === 0 ? "Free" : rupees(method.rate)}</strong>
          </label>
        ))}
      </fieldset>
      <ProblemNote problem={problem} onRepeat={repeat} />
      <button type="submit" class="primary wide" disabled={isBusy}>
        Continue to payment
      </button>
    </form>
  );
}

interface SectionProps {
  number: number;
  title: string;
  isOpen: boolean;
  /** What was entered, once it was. */
  summary?: string | undefined;
  onOpen: () => void;
  children: ComponentChildren;
}

function Section({ number, title, isOpen, summary, onOpen, children }: SectionProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const wasOpen = useRef(isOpen);
  // The next step takes the focus, and comes into view.
  useEffect(() => {
    if (isOpen && !wasOpen.current) heading.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return (
    <section class={isOpen ? "step open" : "step"} aria-labelledby={`step-${number}`}>
      <h2 id={`step-${number}`} ref={heading} tabIndex={-1}>
        <span class="number">{summary && !isOpen ? "✓" : number}</span> {title}
      </h2>
      {isOpen && children}
      {!isOpen && summary && (
        <p class="step-summary">
          {summary}{" "}
          <button type="button" class="plain" onClick={onOpen} aria-label={`Change ${title.toLowerCase()}`}>
            Change
          </button>
        </p>
      )}
    </section>
  );
}

const addressLine = ({ email, shippingAddress }: Checkout): string | undefined =>
  shippingAddress
    ? `${shippingAddress.name}, ${shippingAddress.line1}, ${shippingAddress.city} ${shippingAddress.pincode} · ${email}`
    : undefined;

const deliveryLine = ({ shippingMethod }: Checkout): string | undefined =>
  shippingMethod ? `${shippingMethod.displayName}, ${deliveryDays(shippingMethod)}` : undefined;

function GiftMessage({ checkout, onDone }: StepProps) {
  const { isBusy, problem, run } = useAction();
  const save = (event: FormEvent) => {
    event.preventDefault();
    const { giftMessage = "" } = valuesOf(event.currentTarget);
    void run(async () => onDone(await api.setGiftMessage(checkout.id, giftMessage)));
  };
  return (
    <details class="gift" open={checkout.isGiftOrder}>
      <summary>{checkout.giftMessage ? "Your gift message" : "Is it a gift?"}</summary>
      <form onSubmit={save} class="inline-form">
        <Field
          label="Message on the card"
          name="giftMessage"
          value={checkout.giftMessage ?? ""}
          maxLength={500}
          error={problem?.fields.giftMessage}
        />
        <button type="submit" disabled={isBusy}>
          Save
        </button>
      </form>
      <ProblemNote problem={problem} />
    </details>
  );
}

/** Contact and address, delivery, payment: one page, a step at a time. */
export function CheckoutPage({ sessionId, hasFailed }: { sessionId: string; hasFailed: boolean }) {
  const { pictureOf } = useShop();
  const { value: checkout, setValue, problem, reload } = useLoaded(sessionId, () => api.checkout(sessionId));
  const [opened, setOpened] = useState<StepName>();
  const orderNumber = checkout?.orderNumber;
  useEffect(() => {
    if (orderNumber) navigate(`/orders/${orderNumber}/thanks`, { replace: true });
  }, [orderNumber]);

  const back = { to: "/cart", text: "Cart" };
  if (!checkout || problem) {
    return (
      <Page title="Checkout" back={back}>
        {problem?.link ? <ProblemNote problem={problem} /> : <Loading problem={problem} onRepeat={reload} />}
      </Page>
    );
  }
  const step = opened ?? nextStep(checkout);
  const update = (changed: Checkout) => {
    setValue(changed);
    setOpened(undefined);
  };
  return (
    <Page title="Checkout" back={back} class="two-columns checkout">
      <div class="steps">
        <Notices notices={checkout.cart.notices} />
        <Section
          number={1}
          title="Contact and address"
          isOpen={step === "address"}
          summary={addressLine(checkout)}
          onOpen={() => setOpened("address")}
        >
          <AddressStep checkout={checkout} onDone={update} />
        </Section>
        <Section
          number={2}
          title="Delivery"
          isOpen={step === "delivery"}
          summary={deliveryLine(checkout)}
          onOpen={() => setOpened("delivery")}
        >
          <DeliveryStep checkout={checkout} onDone={update} />
        </Section>
        <Section number={3} title="Payment" isOpen={step === "payment"} onOpen={() => setOpened(undefined)}>
          <PaymentStep checkout={checkout} onDone={setValue} hasFailed={hasFailed} />
        </Section>
      </div>
      <aside class="panel" aria-label="Your order">
        <LineList lines={checkout.cart.items} pictureOf={pictureOf} />
        <TotalsList totals={checkout.totals} shippingKnown={checkout.shippingMethod !== null} />
        <GiftMessage checkout={checkout} onDone={setValue} />
      </aside>
    </Page>
  );
}
