import {
  type MoneySource,
  type SplitWish,
  splitRefund,
  spreadContent,
} from "../../../services/calculations/refund-split.js";
import { paise } from "../../../utils/money.js";

const online = (left: number): MoneySource => ({
  ...{ source: "payment", paymentId: "online", left: paise(left), isAtGateway: true },
});
const cash = (left: number): MoneySource => ({
  ...{ source: "payment", paymentId: "cash", left: paise(left), isAtGateway: false },
});
const credit = (left: number): MoneySource => ({
  ...{ source: "store_credit", paymentId: null, left: paise(left), isAtGateway: false },
});
const points = (left: number): MoneySource => ({
  ...{ source: "points", paymentId: null, left: paise(left), isAtGateway: false },
});

const split = (sources: MoneySource[], amount: number, wish: Partial<SplitWish> = {}) =>
  splitRefund({ amount: paise(amount), destination: "original", canHoldCredit: true, ...wish }, sources)?.map(
    ({ source, paymentId, destination, amount: part }) => `${paymentId ?? source} → ${destination} ${part}`,
  ) ?? null;

describe("splitRefund", () => {
  test("When several sources paid, then the gateway gives back first, then credit, then points", () => {
    const all = [online(500), credit(300), points(200)];
    expect(split(all, 1000)).toEqual([
      "online → original 500",
      "store_credit → store_credit 300",
      "points → original 200",
    ]);
    expect(split(all, 500)).toEqual(["online → original 500"]);
    expect(split(all, 600)).toEqual(["online → original 500", "store_credit → store_credit 100"]);
  });

  test("When the sources have less, then there is no split", () => {
    expect(split([online(500)], 501)).toBeNull();
  });

  test("When a source is used up, then it has no part", () => {
    expect(split([online(0), credit(300)], 200)).toEqual(["store_credit → store_credit 200"]);
  });

  test.each<[string, MoneySource, Partial<SplitWish>, number, string]>([
    ["cash goes back", cash(900), {}, 500, "cash → bank_transfer 500"],
    [
      "money is wished as credit",
      online(900),
      { destination: "store_credit" },
      500,
      "online → store_credit 500",
    ],
    [
      "money is wished by transfer",
      online(900),
      { destination: "bank_transfer" },
      500,
      "online → bank_transfer 500",
    ],
    [
      "points are wished as credit",
      points(900),
      { destination: "store_credit" },
      500,
      "points → original 500",
    ],
    [
      "credit is wished by transfer",
      credit(900),
      { destination: "bank_transfer" },
      500,
      "store_credit → store_credit 500",
    ],
    ["less than ₹1 goes back", online(900), {}, 99, "online → store_credit 99"],
    ["exactly ₹1 goes back", online(900), {}, 100, "online → original 100"],
    [
      "less than ₹1 goes back to a guest",
      online(900),
      { canHoldCredit: false },
      99,
      "online → bank_transfer 99",
    ],
  ])("When %s, then it goes where it can", (_case, source, wish, amount, expected) => {
    expect(split([source], amount, wish)).toEqual([expected]);
  });
});

describe("spreadContent", () => {
  const content = {
    items: [
      { id: "a", units: 2, amount: paise(700) },
      { id: "gift", units: 1, amount: paise(0) },
      { id: "b", units: 1, amount: paise(200) },
    ],
    chargesAmount: paise(100),
  };

  test("When a line belongs to two parts, then its units are in the first", () => {
    expect(spreadContent([paise(500), paise(500)], content)).toEqual([
      {
        items: [
          { id: "a", units: 2, amount: 500 },
          { id: "gift", units: 1, amount: 0 },
        ],
        chargesAmount: 0,
      },
      {
        items: [
          { id: "a", units: 0, amount: 200 },
          { id: "b", units: 1, amount: 200 },
        ],
        chargesAmount: 100,
      },
    ]);
  });

  test("When there is one part, then it has everything", () => {
    expect(spreadContent([paise(1000)], content)).toEqual([content]);
  });
});
