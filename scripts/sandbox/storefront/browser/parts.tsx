import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Cart, Notice, Totals } from "./api.js";
import { rupees } from "./format.js";
import { type Problem, ProblemNote, toProblem } from "./problems.js";

/** The building blocks of the pages. */

/** Runs an action of the customer: one at a time, with its refusal for display. */
export function useAction() {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const last = useRef<(() => Promise<unknown>) | null>(null);

  async function run(action: () => Promise<unknown>): Promise<boolean> {
    last.current = action;
    setBusy(true);
    setProblem(null);
    try {
      await action();
      return true;
    } catch (error) {
      setProblem(toProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  }
  const repeat = () => void (last.current && run(last.current));
  return { isBusy, problem, run, repeat, clear: () => setProblem(null) };
}

/** What a page loads before it can show anything. `key` names it; a new key loads again. */
export function useLoaded<T>(key: string, load: () => Promise<T>) {
  const [value, setValue] = useState<T>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  // `load` is a new function on every render: `key` says when it differs.
  useEffect(() => {
    let isCurrent = true;
    setProblem(null);
    load().then(
      (loaded) => isCurrent && setValue(() => loaded),
      (error: unknown) => isCurrent && setProblem(toProblem(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, turn]);
  return { value, setValue, problem, reload: () => setTurn((count) => count + 1) };
}

interface PageProps {
  title: string;
  /** Above the title: the way back. */
  back?: { to: string; text: string };
  class?: string;
  children: ComponentChildren;
}

/** A page names itself in the tab, and its title takes the focus, so that screen readers announce it. */
export function Page({ title, back, children, class: name = "" }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Vedic Store`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div class={`page ${name}`}>
      {back && (
        <a class="back" href={back.to}>
          <span aria-hidden="true">←</span> {back.text}
        </a>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}

/** A page whose content is still being loaded, or could not be. */
export function Loading({ problem, onRepeat }: { problem: Problem | null; onRepeat: () => void }) {
  if (problem) return <ProblemNote problem={{ ...problem, repeatable: true }} onRepeat={onRepeat} />;
  return (
    <p class="loading" role="status">
      One moment…
    </p>
  );
}

interface FieldProps {
  label: string;
  name: string;
  value?: string;
  hint?: string;
  error?: string | undefined;
  autocomplete?: string;
  inputMode?: "numeric" | "tel" | "email" | "text";
  required?: boolean;
  maxLength?: number;
}

/** A labelled input; its hint and its error belong to it for screen readers as well. */
export function Field({ label, name, value, hint, error, required = true, ...rest }: FieldProps) {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>
        {label}
        {!required && <span class="optional"> (optional)</span>}
      </label>
      <input
        id={name}
        name={name}
        type="text"
        defaultValue={value}
        required={required}
        aria-invalid={error !== undefined}
        aria-describedby={described || undefined}
        {...rest}
      />
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** The part of a submit event that the pages use. */
export interface FormEvent {
  preventDefault(): void;
  readonly currentTarget: HTMLFormElement;
}

/** The text values of a form, trimmed; empty optional fields are left out. */
export function valuesOf(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === "string" && value.trim() !== "" ? [[name, value.trim()] as const] : [],
  );
  return Object.fromEntries(entries);
}

const GOOD_NEWS = new Set(["GIFT_ADDED"]);

/** What changed in the cart without the customer's doing. */
export function Notices({ notices }: { notices: readonly Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <ul class="notices" role="status">
      {notices.map(({ code, message, itemId }) => (
        <li
          key={code + message + (itemId ?? "")}
          class={GOOD_NEWS.has(code) ? "note good" : "note warn"}
          data-code={code}
        >
          {message}
        </li>
      ))}
    </ul>
  );
}

export function Price({ now, before }: { now: number; before: number }) {
  return (
    <span class="price">
      <span class="now">{rupees(now)}</span>
      {before > now && (
        <>
          <s>
            <span class="visually-hidden">instead of </span>
            {rupees(before)}
          </s>
          <span class="saved">{Math.round((1 - now / before) * 100)}% off</span>
        </>
      )}
    </span>
  );
}

const Row = ({ name, amount, strong = false }: { name: string; amount: string; strong?: boolean }) => (
  <div class={strong ? "row strong" : "row"}>
    <dt>{name}</dt>
    <dd>{amount}</dd>
  </div>
);

type ShownTotals = Totals & {
  storeCredit?: number;
  loyaltyDiscount?: number;
  amountDue?: number;
  taxEstimated?: boolean;
};

/** The sums of a cart, a checkout or an order. Lines of nothing are left out, except shipping. */
export function TotalsList({
  totals,
  shippingKnown = true,
}: {
  totals: ShownTotals;
  shippingKnown?: boolean;
}) {
  const { storeCredit = 0, loyaltyDiscount = 0, amountDue = totals.grandTotal } = totals;
  const shipping = totals.shippingTotal === 0 ? "Free" : rupees(totals.shippingTotal);
  return (
    <dl class="totals">
      <Row name="Items" amount={rupees(totals.subtotal)} />
      {totals.discountTotal > 0 && <Row name="Discounts" amount={`− ${rupees(totals.discountTotal)}`} />}
      <Row name="Delivery" amount={shippingKnown ? shipping : "In the next step"} />
      {!totals.pricesIncludeTax && (
        <Row name={totals.taxEstimated ? "GST (estimate)" : "GST"} amount={rupees(totals.taxTotal)} />
      )}
      {totals.roundOff !== 0 && <Row name="Rounding" amount={rupees(totals.roundOff)} />}
      <Row name="Total" amount={rupees(totals.grandTotal)} strong />
      {totals.pricesIncludeTax && <p class="hint">Includes {rupees(totals.taxTotal)} of GST</p>}
      {storeCredit > 0 && <Row name="Store credit" amount={`− ${rupees(storeCredit)}`} />}
      {loyaltyDiscount > 0 && <Row name="Points" amount={`− ${rupees(loyaltyDiscount)}`} />}
      {storeCredit + loyaltyDiscount > 0 && <Row name="To pay" amount={rupees(amountDue)} strong />}
    </dl>
  );
}

/** Minus, number, plus. */
export function Stepper({
  value,
  most,
  label,
  isBusy,
  onChange,
}: {
  value: number;
  most?: number | undefined;
  label: string;
  isBusy: boolean;
  onChange: (value: number) => void;
}) {
  return (
    <fieldset class="stepper">
      <legend class="visually-hidden">{label}</legend>
      <button
        type="button"
        aria-label="One less"
        disabled={isBusy || value <= 1}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <output aria-live="polite">{value}</output>
      <button
        type="button"
        aria-label="One more"
        disabled={isBusy || (most !== undefined && value >= most)}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </fieldset>
  );
}

/** Lines of a checkout's cart or of an order, small. */
export function LineList({
  lines,
  pictureOf,
}: {
  lines: readonly Pick<
    Cart["items"][number],
    "id" | "name" | "quantity" | "lineTotal" | "isFreeGift" | "productId"
  >[];
  pictureOf: (productId: string) => ComponentChildren;
}) {
  return (
    <ul class="small-lines">
      {lines.map((line) => (
        <li key={line.id}>
          <span class="thumb">{pictureOf(line.productId)}</span>
          <span class="what">
            {line.name}
            <span class="hint"> × {line.quantity}</span>
          </span>
          <span class="sum">{line.isFreeGift ? "Gift" : rupees(line.lineTotal)}</span>
        </li>
      ))}
    </ul>
  );
}
