import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, type Notice } from "./api.js";
import { units } from "./format.js";

/** What went wrong, in the customer's words, and what can be done about it. */
export interface Problem {
  code: string;
  text: string;
  /** One line about the next step. */
  advice?: string;
  /** A page that helps. */
  link?: { to: string; text: string };
  /** The same request may succeed now or soon: offer to repeat it. */
  repeatable?: boolean;
  /** By field name, for forms. */
  fields: Record<string, string>;
  notices: Notice[];
  details: Record<string, unknown>;
}

type Remedy = Pick<Problem, "advice" | "link" | "repeatable"> & { text?: string };

const CART = { to: "/cart", text: "Go to the cart" };
const SHELF = { to: "/", text: "Continue shopping" };
const CHANGED_MEANWHILE: Remedy = {
  text: "Something changed in the meantime.",
  advice: "Check the amounts, and try again.",
  repeatable: true,
};
const NOT_REACHABLE: Remedy = {
  text: "We cannot reach one of our systems.",
  advice: "Nothing was charged. Try again in a moment.",
  repeatable: true,
};

/** By error code. Without a `text`, the message of the API is shown: it is written for customers. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  NO_ANSWER: {
    text: "The shop does not answer.",
    advice: "Check your connection, and try again.",
    repeatable: true,
  },
  PRODUCT_NOT_FOUND: { text: "This product is no longer sold.", link: SHELF },
  CART_LIMIT: { advice: "Reduce the quantity, or place a second order." },
  FREE_GIFT_LOCKED: { advice: "A gift comes and goes with the cart that earns it." },
  CART_EMPTY: { text: "Your cart is empty.", link: SHELF },
  CART_CHANGED: { text: "Your cart has changed.", advice: "Check it, then continue.", link: CART },
  CART_ITEM_NOT_FOUND: { text: "This item is no longer in your cart.", link: CART },
  COUPON_INVALID: { advice: "Try another code, or continue without one." },
  PINCODE_NOT_SERVICEABLE: { advice: "Enter another address to deliver to." },
  INVALID_GSTIN: { advice: "Correct it, or leave it empty to buy as a consumer." },
  SHIPPING_METHOD_UNAVAILABLE: { advice: "Choose another kind of delivery." },
  COD_UNAVAILABLE: { advice: "Choose UPI, card, netbanking or a wallet instead." },
  METHOD_UNAVAILABLE: { advice: "Choose another way to pay." },
  AMOUNT_BELOW_MINIMUM: { advice: "Choose cash on delivery, or use less store credit." },
  INSUFFICIENT_POINTS: { advice: "Use fewer points." },
  INSUFFICIENT_CREDIT: { advice: "Pay the rest in another way." },
  TERMS_NOT_ACCEPTED: { advice: "Tick the box above the button." },
  CHECKOUT_INCOMPLETE: { advice: "Complete the step, then pay." },
  CHECKOUT_EXPIRED: {
    text: "This checkout has expired, so the items are no longer held for you.",
    advice: "Your cart is still there: start the checkout again.",
    link: CART,
  },
  CHECKOUT_FAILED: {
    text: "This checkout cannot be completed any more.",
    advice: "If you have paid, the money goes back to you by itself.",
    link: CART,
  },
  CHECKOUT_NOT_FOUND: {
    text: "We cannot find this checkout.",
    advice: "It belongs to another browser, or you signed in or out since.",
    link: CART,
  },
  ORDER_NOT_FOUND: {
    text: "We cannot find this order.",
    advice: "Sign in with the account that placed it, or use the link in your mail.",
    link: { to: "/orders", text: "Your orders" },
  },
  PAYMENT_SUPERSEDED: {
    text: "The cart changed after this payment, so it does not pay for this order.",
    advice: "The money goes back to you by itself. Check the cart, and pay again.",
    link: CART,
  },
  ORDER_NOT_CANCELLABLE: { advice: "Once it arrives, you can return it." },
  RETURN_WINDOW_CLOSED: { advice: "Write to us if something is wrong with it." },
  NOT_RETURNABLE: { advice: "Write to us if something is wrong with it." },
  QUANTITY_NOT_RETURNABLE: { advice: "Choose fewer units." },
  INVALID_IMAGE: { advice: "Send a JPEG, PNG or WebP photo of up to 5 MB." },
  TOO_MANY_IMAGES: { advice: "Send fewer photos." },
  UNAUTHENTICATED: { text: "You are no longer signed in.", advice: "Sign in again to continue." },
  VERSION_CONFLICT: CHANGED_MEANWHILE,
  REQUEST_IN_PROGRESS: { ...CHANGED_MEANWHILE, text: "Your last change is still being saved." },
  PLACEMENT_IN_PROGRESS: {
    text: "Your order is being placed.",
    advice: "Its items can be changed no longer. Look at your orders in a moment.",
    link: { to: "/orders", text: "Your orders" },
  },
  RATE_LIMITED: {
    text: "That was a little fast.",
    advice: "Wait a minute, and try again.",
    repeatable: true,
  },
  UNREADABLE_ANSWER: NOT_REACHABLE,
  UPSTREAM_UNAVAILABLE: NOT_REACHABLE,
  UPSTREAM_BAD_RESPONSE: NOT_REACHABLE,
  UPSTREAM_TIMEOUT: NOT_REACHABLE,
  OVERLOADED: { ...NOT_REACHABLE, text: "The shop is very busy." },
  OUTCOME_UNKNOWN: { ...NOT_REACHABLE, text: "We do not know yet whether that worked." },
  INTERNAL_ERROR: {
    text: "Something went wrong on our side.",
    advice: "Try again in a moment.",
    repeatable: true,
  },
  VALIDATION_ERROR: { text: "Some fields need your attention." },
};

/** How much of a sold-out item is left is what a customer asks first. */
function outOfStock(details: Record<string, unknown>): Remedy {
  const available = Number(details.available ?? 0);
  if (available <= 0)
    return { text: "This has just sold out.", advice: "Choose another size, or come back soon." };
  return { text: `Only ${units(available, "unit is", "units are")} left.`, advice: "Reduce the quantity." };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Without the field's path in front: the message is shown beside the field. */
function toFields(details: unknown): Record<string, string> {
  if (!Array.isArray(details)) return {};
  const found = details.filter(isRecord).map(({ path, message }) => {
    const text = String(message).replace(/^"[^"]*" /, "");
    return [String(path), text.charAt(0).toUpperCase() + text.slice(1)] as const;
  });
  return Object.fromEntries(found);
}

const isNotice = (value: unknown): value is Notice => isRecord(value) && typeof value.message === "string";

export function toProblem(error: unknown): Problem {
  if (!(error instanceof ApiError)) {
    // A mistake in this shop, or a file of it that did not load.
    console.error(error);
    return { code: "NO_ANSWER", text: "", fields: {}, notices: [], details: {}, ...REMEDIES.NO_ANSWER };
  }
  const details = isRecord(error.details) ? error.details : {};
  const remedy = error.code === "OUT_OF_STOCK" ? outOfStock(details) : REMEDIES[error.code];
  return {
    code: error.code,
    text: error.message,
    fields: toFields(error.details),
    notices: Array.isArray(details.notices) ? details.notices.filter(isNotice) : [],
    details,
    ...remedy,
  };
}

interface ProblemNoteProps {
  problem: Problem | null;
  onRepeat?: () => void;
  children?: ComponentChildren;
}

/** The refusal of an action, beside what caused it. Children are further ways out. */
export function ProblemNote({ problem, onRepeat, children }: ProblemNoteProps) {
  const note = useRef<HTMLDivElement>(null);
  // In a form, the first field that is wrong is where to go on.
  useEffect(() => {
    const wrong =
      problem && note.current?.closest("form")?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (wrong) wrong.focus();
  }, [problem]);
  return (
    <div role="alert" class="alert" ref={note}>
      {problem && (
        <div class="note bad" data-code={problem.code}>
          <p>
            <strong>{/[.!?]$/.test(problem.text) ? problem.text : `${problem.text}.`}</strong>{" "}
            {problem.advice}
          </p>
          {problem.notices.length > 0 && (
            <ul>
              {problem.notices.map(({ message }) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          )}
          <div class="ways">
            {problem.repeatable && onRepeat && (
              <button type="button" class="plain" onClick={onRepeat}>
                Try again
              </button>
            )}
            {problem.link && <a href={problem.link.to}>{problem.link.text}</a>}
            {children}
          </div>
        </div>
      )}
    </div>
  );
}
