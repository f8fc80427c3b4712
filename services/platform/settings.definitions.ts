import Joi from "joi";
import { config } from "../../config/env.config.js";
import {
  CHECKOUT_PAYMENT_METHODS,
  type CheckoutPaymentMethod,
  GATEWAY_REFUND_SPEEDS,
  type GatewayRefundSpeed,
} from "../../utils/constants.js";
import { email, stateName } from "../../utils/contact-schemas.js";
import { parseGstin } from "../../utils/gst/gstin.js";
import { type Paise, ZERO_PAISE } from "../../utils/money.js";
import { freeText } from "../../utils/text-schemas.js";
import type { ChargeRatePolicy } from "../calculations/tax.js";

/**
 * Every setting that an administrator can change: its meaning, its first value (from the environment where that has
 * one), and the values that may be stored. A setting is added here and nowhere else.
 */
export interface SettingDefinition<T> {
  initial: T;
  meaning: string;
  /** Validates the value as it is stored, with money in paise. */
  schema: Joi.Schema;
  /** Stored in paise, shown and sent in rupees; `settings.money.ts` converts. */
  isMoney?: true;
}

/** The tax rate of goods whose catalog entry has none. The longest prefix of the HSN code wins. */
export interface HsnRate {
  hsnPrefix: string;
  rateBps: number;
}

const define = <T>(initial: NoInfer<T>, meaning: string, schema: Joi.Schema<T>): SettingDefinition<T> => ({
  initial,
  meaning,
  schema,
});
const amount = (initial: Paise, meaning: string): SettingDefinition<Paise> => ({
  initial,
  meaning,
  schema: Joi.number<Paise>().integer().min(0),
  isMoney: true,
});
const whole = (initial: number, meaning: string, [min, max]: readonly [number, number]) =>
  define<number>(initial, meaning, Joi.number().integer().min(min).max(max));
const flag = (initial: boolean, meaning: string) => define<boolean>(initial, meaning, Joi.boolean());
const words = (initial: string, meaning: string, most: number) =>
  define<string>(initial, meaning, freeText(most).allow(""));
const optionalWords = (initial: string | null, meaning: string, most: number) =>
  define<string | null>(initial, meaning, freeText(most).allow(null));

const bps = () => Joi.number().integer().min(0).max(10_000);
const methodList = Joi.array<CheckoutPaymentMethod[]>()
  .items(Joi.string().valid(...CHECKOUT_PAYMENT_METHODS))
  .unique()
  .min(1);
const chargeRatePolicy = Joi.alternatives<ChargeRatePolicy>(
  Joi.string().valid("proportional", "highest"),
  Joi.object({ fixedBps: bps().required() }),
);
const hsnRates = Joi.array<HsnRate[]>()
  .items(
    Joi.object({
      hsnPrefix: Joi.string()
        .pattern(/^\d{2,8}$/)
        .required(),
      rateBps: bps().required(),
    }),
  )
  .unique("hsnPrefix")
  .max(1_000);
const ownGstin = Joi.string<string>()
  .max(15)
  .allow("")
  .custom((value: string, helpers) => {
    const parsed = parseGstin(value);
    return parsed.ok ? parsed.gstin : helpers.message({ custom: "{{#label}} must be a valid GSTIN" });
  });
const daysByCategory = Joi.object<Record<string, number>>().pattern(
  Joi.string().max(100),
  Joi.number().integer().min(0).max(365),
);

/** Headings with one rate for all their goods since 22 September 2025. Headings with several need the catalog. */
const HSN_RATES: HsnRate[] = [
  ...["0405", "0409", "0902", "1211", "1302", "1513", "1515", "2009", "2106", "3003", "3004"],
  ...["30039011", "30049011", "33074100", "3406", "7418", "9615"],
].map((hsnPrefix) => ({ hsnPrefix, rateBps: 500 }));
const HSN_RATES_18: HsnRate[] = ["3301", "3303", "9968"].map((hsnPrefix) => ({ hsnPrefix, rateBps: 1_800 }));

export const SETTING_DEFINITIONS = {
  cart: {
    cartExpiryDays: whole(config.cart.expiryDays, "Days until an unchanged cart is abandoned", [1, 365]),
    reservationTtlMinutes: whole(
      config.cart.reservationTtlMinutes,
      "Minutes that stock is held for a cart line",
      [1, 1_440],
    ),
    maxLines: whole(50, "Lines in a cart", [1, 200]),
    maxPerVariant: whole(10, "Units of one variant, where the catalog says nothing", [1, 1_000]),
    maxCoupons: whole(1, "Coupons in a cart, unless the pricing service calls them stackable", [0, 10]),
    reminderAfterHours: whole(24, "Hours after which the owner of an abandoned cart is reminded", [1, 720]),
  },
  checkout: {
    expiryMinutes: whole(
      config.checkout.expiryMinutes,
      "Minutes a checkout lives after its last change",
      [1, 1_440],
    ),
    reservationTtlMinutes: whole(
      config.checkout.reservationTtlMinutes,
      "Minutes that stock is held for a checkout",
      [1, 1_440],
    ),
    reminderAfterMinutes: whole(
      60,
      "Minutes after which the owner of an unfinished checkout is reminded",
      [5, 10_080],
    ),
  },
  payments: {
    enabledMethods: define([...CHECKOUT_PAYMENT_METHODS], "Payment methods that are offered", methodList),
    codMaxAmount: amount(config.payments.codMaxAmount, "Largest order that can be paid on delivery"),
    codAutoConfirm: flag(
      config.payments.codAutoConfirm,
      "Orders paid on delivery are confirmed at once; otherwise an admin confirms them",
    ),
    refundFourEyesAbove: amount(
      ZERO_PAISE,
      "A refund above this amount needs the approval of a second admin (0: every refund)",
    ),
    refundSpeed: define<GatewayRefundSpeed>(
      "normal",
      "How the gateway returns money: normal, or optimum (at once where the bank can, for a fee)",
      Joi.string<GatewayRefundSpeed>().valid(...GATEWAY_REFUND_SPEEDS),
    ),
    rtoDeduction: amount(
      ZERO_PAISE,
      "Deducted from the refund of each prepaid parcel that comes back undelivered",
    ),
  },
  returns: {
    returnWindowDays: whole(7, "Days after delivery in which goods can be returned", [0, 365]),
    returnWindowDaysByCategory: define<Record<string, number>>(
      {},
      "Other return windows, by category id",
      daysByCategory,
    ),
    returnParcelDays: whole(
      30,
      "Days after which an approved return is rejected when its parcel has not arrived",
      [1, 365],
    ),
    returnShippingFee: amount(
      ZERO_PAISE,
      "Return shipping that the customer pays, unless the goods were at fault",
    ),
  },
  tax: {
    pricesIncludeTax: flag(config.pricesIncludeTax, "Prices of new carts include the tax, as Indian MRPs do"),
    chargeRatePolicy: define<ChargeRatePolicy>(
      "proportional",
      "Rate of shipping and COD fees: proportional, highest, or { fixedBps }",
      chargeRatePolicy,
    ),
    roundToRupee: flag(false, "Totals are rounded to the rupee, with a round-off row"),
    hsnRates: define<HsnRate[]>(
      [...HSN_RATES, ...HSN_RATES_18],
      "Rates in basis points by HSN prefix, for goods whose catalog entry has none",
      hsnRates,
    ),
    defaultRateBps: whole(
      1_800,
      "Rate in basis points of goods without a catalog rate or a matching prefix (18 %, the residual entry)",
      [0, 10_000],
    ),
    hsnDigits: whole(6, "Digits of the HSN code on invoices (4 up to ₹5 crore turnover, else 6)", [4, 8]),
    invoiceIssueOn: define<"confirmation" | "dispatch">(
      config.invoiceIssueOn,
      "When an invoice is issued: with the confirmation of its order, or with the dispatch of its first parcel",
      Joi.string<"confirmation" | "dispatch">().valid("confirmation", "dispatch"),
    ),
  },
  retention: {
    guestCartDays: whole(90, "Days after which abandoned guest carts are deleted", [30, 3_650]),
    outboxDays: whole(30, "Days after which delivered outbox messages are deleted", [7, 3_650]),
    jobRunDays: whole(30, "Days after which job runs are deleted", [7, 3_650]),
    webhookEventDays: whole(180, "Days after which webhook events are deleted", [30, 3_650]),
    webhookBodyDays: whole(30, "Days after which the bodies of webhook events are deleted", [7, 3_650]),
    idempotencyHours: whole(24, "Hours in which a response is replayed for its Idempotency-Key", [24, 168]),
  },
  company: {
    name: words(config.company.name, "Legal name on invoices", 200),
    address: words(config.company.address, "Registered address on invoices", 500),
    // Validated because every tax depends on it: with a wrong state no cart could be priced.
    state: define<string>(config.company.state, "State that the goods are dispatched from", stateName()),
    gstin: define<string>(config.company.gstin, "GSTIN of the registration in that state", ownGstin),
    upiVpa: optionalWords(
      config.company.upiVpa ?? null,
      "UPI address for the QR code on unpaid invoices",
      100,
    ),
    logoUrl: optionalWords(
      config.company.logoUrl ?? null,
      "Logo of the first version of the invoice template; later versions have their own",
      2_000,
    ),
    supportEmail: define<string | null>(
      null,
      "Customer support's e-mail address on invoices",
      email().allow(null),
    ),
    supportPhone: optionalWords(null, "Customer support's phone number on invoices", 20),
  },
} as const satisfies Record<string, Record<string, SettingDefinition<unknown>>>;

type Definitions = typeof SETTING_DEFINITIONS;
export type SettingsGroup = keyof Definitions;
type InitialOf<D> = D extends SettingDefinition<infer T> ? T : never;
/** All values of a group: what is not stored has its first value. */
export type SettingsOf<G extends SettingsGroup> = {
  -readonly [Key in keyof Definitions[G]]: InitialOf<Definitions[G][Key]>;
};

export const SETTINGS_GROUPS = Object.keys(SETTING_DEFINITIONS) as SettingsGroup[];

/** The definitions of a group, by key. */
export const settingDefinitions = (
  group: SettingsGroup,
): Readonly<Record<string, SettingDefinition<unknown>>> => SETTING_DEFINITIONS[group];

/** Validates some values by their group's definitions, in paise. Unknown keys are refused. */
export const settingsPatchSchema = (definitions: ReturnType<typeof settingDefinitions>): Joi.ObjectSchema =>
  Joi.object(Object.fromEntries(Object.entries(definitions).map(([key, { schema }]) => [key, schema])))
    .min(1)
    .required();

/** The rate of an HSN code by the table, in basis points. */
export function findHsnRate(
  tax: Pick<SettingsOf<"tax">, "hsnRates" | "defaultRateBps">,
  hsnCode: string | null,
): number {
  const fitting = hsnCode ? tax.hsnRates.filter(({ hsnPrefix }) => hsnCode.startsWith(hsnPrefix)) : [];
  const longest = fitting.sort((a, b) => b.hsnPrefix.length - a.hsnPrefix.length)[0];
  return longest?.rateBps ?? tax.defaultRateBps;
}
