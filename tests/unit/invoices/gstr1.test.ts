import { buildGstr1 } from "../../../services/calculations/gstr1/gstr1.js";
import { gstinIn, issueDocuments, type SaleSpec, supplierIn } from "../../support/invoice-month.js";
import { figuresOf } from "../../support/return-figures.js";
import { faultsOf } from "./gstr1-schema.js";

/** The supplier is in Karnataka (29) unless a test says otherwise; prices include the tax. */

const OWN = supplierIn("29");
const BUYER = gstinIn("29", 7);
const BUYER_OF_27 = gstinIn("27", 8);
const AT = new Date("2026-11-20T08:00:00Z");

const goods = (unitPrice: number, rateBps: number, fields: Partial<SaleSpec["goods"][number]> = {}) => ({
  ...{ hsnCode: "30049011", rateBps, unitPrice, quantity: 1, isFreeGift: false },
  ...fields,
});

const aSale = (fields: Partial<SaleSpec> = {}): SaleSpec => ({
  ...{ at: AT, state: "29", gstin: null, isSez: false, goods: [goods(10_500, 500)] },
  ...{ discount: 0, shipping: 0, codFee: 0, pricesIncludeTax: true, roundToRupee: false },
  ...{ chargeRatePolicy: "proportional", credits: [] },
  ...fields,
});
const all = { at: AT, of: "rest" as const, part: 1 };

function file(sales: readonly SaleSpec[], supplierState: Parameters<typeof issueDocuments>[1] = "29") {
  const gstr1 = buildGstr1({ gstin: OWN, period: "112026" }, figuresOf(issueDocuments(sales, supplierState)));
  expect(faultsOf(JSON.parse(JSON.stringify(gstr1)))).toEqual([]);
  return gstr1;
}

describe("Sales to registered buyers (table 4)", () => {
  test("When a sale has two rates, then it is one invoice of its buyer with an item per rate", () => {
    const mixed = aSale({ gstin: BUYER, goods: [goods(105_000, 500), goods(59_000, 1_800)] });
    expect(file([mixed]).b2b).toEqual([
      {
        ctin: BUYER,
        inv: [
          {
            ...{ inum: "INV-2026-000001", idt: "20-11-2026", val: 1640, pos: "29", rchrg: "N", inv_typ: "R" },
            itms: [
              { num: 1, itm_det: { rt: 5, txval: 1000, iamt: 0, camt: 25, samt: 25, csamt: 0 } },
              { num: 2, itm_det: { rt: 18, txval: 500, iamt: 0, camt: 45, samt: 45, csamt: 0 } },
            ],
          },
        ],
      },
    ]);
  });

  test("When two HSN codes have the same rate, then they are one item", () => {
    const sale = aSale({
      gstin: BUYER,
      goods: [goods(10_500, 500), goods(21_000, 500, { hsnCode: "330590" })],
    });
    const [invoice] = file([sale]).b2b[0]?.inv ?? [];
    expect(invoice?.itms).toEqual([
      { num: 1, itm_det: { rt: 5, txval: 300, iamt: 0, camt: 7.5, samt: 7.5, csamt: 0 } },
    ]);
  });

  test("When two buyers have several invoices, then they are grouped by GSTIN in the order of issue", () => {
    const { b2b } = file([
      aSale({ gstin: BUYER, at: new Date("2026-11-02T08:00:00Z") }),
      aSale({ gstin: BUYER_OF_27, state: "27", at: new Date("2026-11-01T08:00:00Z") }),
      aSale({ gstin: BUYER, at: new Date("2026-11-03T08:00:00Z") }),
    ]);
    expect(b2b.map(({ ctin, inv }) => [ctin, inv.map(({ inum }) => inum)])).toEqual([
      [BUYER_OF_27, ["INV-2026-000001"]],
      [BUYER, ["INV-2026-000002", "INV-2026-000003"]],
    ]);
  });

  test("When the buyer is in a special economic zone of the supplier's state, then it is SEWP with IGST", () => {
    const [invoice] = file([aSale({ gstin: BUYER, isSez: true })]).b2b[0]?.inv ?? [];
    expect(invoice).toMatchObject({ inv_typ: "SEWP", pos: "29" });
    expect(invoice?.itms[0]?.itm_det).toEqual({ rt: 5, txval: 100, iamt: 5, camt: 0, samt: 0, csamt: 0 });
  });

  test("When a document is issued half an hour after midnight in India, then it has the date of that day", () => {
    const [invoice] = file([aSale({ gstin: BUYER, at: new Date("2026-11-20T19:00:00Z") })]).b2b[0]?.inv ?? [];
    expect(invoice?.idt).toBe("21-11-2026");
  });

  test("When a year begins in India, then its first invoice is dated 1 January and numbered in its own series", () => {
    const { b2b } = file([aSale({ gstin: BUYER, at: new Date("2026-12-31T18:30:00Z") })]);
    expect(b2b[0]?.inv[0]).toMatchObject({ inum: "INV-2027-000001", idt: "01-01-2027" });
  });

  test("When the total was rounded, then only the value of the invoice has the round-off", () => {
    const [invoice] =
      file([aSale({ gstin: BUYER, goods: [goods(10_540, 500)], roundToRupee: true })]).b2b[0]?.inv ?? [];
    expect(invoice?.val).toBe(105);
    expect(invoice?.itms[0]?.itm_det).toMatchObject({ txval: 100.38, camt: 2.51, samt: 2.51 });
  });
});

describe("Large sales to consumers (table 5)", () => {
  const inter = (total: number) => aSale({ state: "27", goods: [goods(total, 1_800)] });

  test("When a sale to another state is worth exactly ₹1,00,000, then it is not listed; a paisa more is", () => {
    const { b2cl, b2cs } = file([inter(1_00_000_00), inter(1_00_000_01)]);
    expect(b2cl).toEqual([
      {
        pos: "27",
        inv: [
          {
            ...{ inum: "INV-2026-000002", idt: "20-11-2026", val: 100000.01 },
            itms: [{ num: 1, itm_det: { rt: 18, txval: 84745.77, iamt: 15254.24, csamt: 0 } }],
          },
        ],
      },
    ]);
    expect(b2cs).toEqual([
      { sply_ty: "INTER", typ: "OE", pos: "27", rt: 18, txval: 84745.76, iamt: 15254.24, csamt: 0 },
    ]);
  });

  test("When it is within the state, then it is not listed, whatever it is worth", () => {
    const { b2cl, b2cs } = file([aSale({ goods: [goods(5_00_000_00, 1_800)] })]);
    expect(b2cl).toEqual([]);
    expect(b2cs).toHaveLength(1);
  });
});

describe("Other sales to consumers (table 7)", () => {
  test("When sales differ in supply, state or rate, then each has a row, and the same are added up", () => {
    const { b2cs } = file([
      aSale(),
      aSale({ goods: [goods(21_000, 500)] }),
      aSale({ goods: [goods(11_800, 1_800)] }),
      aSale({ state: "27" }),
      aSale({ state: "07" }),
    ]);
    expect(b2cs).toEqual([
      { sply_ty: "INTRA", typ: "OE", pos: "29", rt: 5, txval: 300, camt: 7.5, samt: 7.5, csamt: 0 },
      { sply_ty: "INTRA", typ: "OE", pos: "29", rt: 18, txval: 100, camt: 9, samt: 9, csamt: 0 },
      { sply_ty: "INTER", typ: "OE", pos: "07", rt: 5, txval: 100, iamt: 5, csamt: 0 },
      { sply_ty: "INTER", typ: "OE", pos: "27", rt: 5, txval: 100, iamt: 5, csamt: 0 },
    ]);
  });

  test("When halves of a tax are rounded, then both heads are equal, and IGST is rounded as a whole", () => {
    const sale = { goods: [goods(421_94, 1_800)], pricesIncludeTax: false };
    expect(file([aSale(sale), aSale({ ...sale, state: "27" })]).b2cs).toMatchObject([
      { txval: 421.94, camt: 37.97, samt: 37.97 },
      { txval: 421.94, iamt: 75.95 },
    ]);
  });

  test("When half of a sale is credited, then the other half remains", () => {
    const sale = aSale({
      goods: [goods(10_500, 500, { quantity: 2 })],
      credits: [{ at: AT, of: "units", part: 0.5 }],
    });
    expect(file([sale]).b2cs).toMatchObject([{ txval: 100, camt: 2.5, samt: 2.5 }]);
  });

  test("When a note of the month reverses a sale of an earlier month, then the row is below zero", () => {
    const [, note] = issueDocuments([aSale({ at: new Date("2026-10-02T08:00:00Z"), credits: [all] })]);
    const { b2cs, cdnur } = buildGstr1({ gstin: OWN, period: "112026" }, figuresOf(note ? [note] : []));
    expect(b2cs).toMatchObject([{ pos: "29", rt: 5, txval: -100, camt: -2.5, samt: -2.5 }]);
    expect(cdnur).toEqual([]);
  });

  test("When sales and notes cancel out, then there is no row", () => {
    expect(file([aSale({ credits: [all] })]).b2cs).toEqual([]);
  });

  test("When the supplier is in a territory without legislature, then UTGST is in the field of SGST", () => {
    const { b2cs, hsn } = file([aSale({ state: "04" })], "04");
    expect(b2cs).toEqual([
      { sply_ty: "INTRA", typ: "OE", pos: "04", rt: 5, txval: 100, camt: 2.5, samt: 2.5, csamt: 0 },
    ]);
    expect(hsn.hsn_b2c).toMatchObject([{ camt: 2.5, samt: 2.5 }]);
  });
});

describe("Credit notes (table 9)", () => {
  const half = { at: AT, of: "units" as const, part: 0.5 };

  test("When a registered buyer's sale is credited, then the note is listed with positive amounts", () => {
    const sale = aSale({ gstin: BUYER, goods: [goods(10_500, 500, { quantity: 2 })], credits: [half] });
    expect(file([sale]).cdnr).toEqual([
      {
        ctin: BUYER,
        nt: [
          {
            ...{ ntty: "C", nt_num: "CN-2026-000001", nt_dt: "20-11-2026", val: 105, pos: "29" },
            ...{ rchrg: "N", inv_typ: "R" },
            itms: [{ num: 1, itm_det: { rt: 5, txval: 100, iamt: 0, camt: 2.5, samt: 2.5, csamt: 0 } }],
          },
        ],
      },
    ]);
  });

  test("When a large sale is credited in part, then the note follows the table of its invoice", () => {
    const sale = aSale({
      ...{ state: "27", goods: [goods(2_36_000_00, 1_800)] },
      credits: [{ at: AT, of: "value", part: 0.01 }],
    });
    const { cdnur, b2cs } = file([sale]);
    expect(cdnur).toEqual([
      {
        ...{ typ: "B2CL", ntty: "C", nt_num: "CN-2026-000001", nt_dt: "20-11-2026", val: 2360, pos: "27" },
        itms: [{ num: 1, itm_det: { rt: 18, txval: 2000, iamt: 360, csamt: 0 } }],
      },
    ]);
    expect(b2cs).toEqual([]);
  });

  test("When a note is issued after the last day for its tax, then it is in table 13 only", () => {
    const sale = aSale({
      ...{ gstin: BUYER, at: new Date("2025-03-31T08:00:00Z") },
      credits: [{ at: new Date("2025-12-01T08:00:00Z"), of: "rest", part: 1 }],
    });
    const [, note] = issueDocuments([sale]);
    expect(note?.hasGstEffect).toBe(false);
    const gstr1 = buildGstr1({ gstin: OWN, period: "122025" }, figuresOf(note ? [note] : []));
    expect(gstr1).toMatchObject({
      b2b: [],
      b2cs: [],
      cdnr: [],
      cdnur: [],
      hsn: { hsn_b2b: [], hsn_b2c: [] },
    });
    expect(gstr1.doc_issue.doc_det).toEqual([
      {
        doc_num: 5,
        docs: [{ num: 1, from: "CN-2025-000001", to: "CN-2025-000001", totnum: 1, cancel: 0, net_issue: 1 }],
      },
    ]);
  });
});

describe("Goods at 0 % (table 8)", () => {
  const exempt = (value: number, fields: Partial<SaleSpec> = {}) =>
    aSale({ goods: [goods(value, 0, { hsnCode: "33049910" })], ...fields });

  test("When there are none, then the four rows are there", () => {
    expect(file([]).nil.inv.map(({ sply_ty }) => sply_ty)).toEqual([
      "INTRB2B",
      "INTRB2C",
      "INTRAB2B",
      "INTRAB2C",
    ]);
  });

  test("When they are sold, then they are added up by supply and buyer, less credit notes", () => {
    const { nil, b2b, b2cs } = file([
      exempt(100_00, { gstin: BUYER_OF_27, state: "27" }),
      exempt(200_00, { state: "27" }),
      exempt(400_00, { gstin: BUYER }),
      exempt(800_00),
      exempt(50_00, { credits: [all] }),
    ]);
    const rows = nil.inv.map(({ sply_ty, nil_amt, expt_amt, ngsup_amt }) => [
      sply_ty,
      nil_amt,
      expt_amt + ngsup_amt,
    ]);
    expect(rows).toEqual([
      ["INTRB2B", 100, 0],
      ["INTRB2C", 200, 0],
      ["INTRAB2B", 400, 0],
      ["INTRAB2C", 800, 0],
    ]);
    expect([b2b, b2cs]).toEqual([[], []]);
  });

  test("When a registered buyer's invoice also has taxed goods, then only those are its items", () => {
    const { b2b, nil } = file([aSale({ gstin: BUYER, goods: [goods(10_500, 500), goods(50_00, 0)] })]);
    expect(b2b[0]?.inv[0]).toMatchObject({ val: 155, itms: [{ num: 1, itm_det: { rt: 5, txval: 100 } }] });
    expect(nil.inv[2]).toMatchObject({ sply_ty: "INTRAB2B", nil_amt: 50 });
  });
});

describe("The HSN summary (table 12)", () => {
  test("When goods have several codes and rates, then each has a row, also at 0 %", () => {
    const sale = aSale({
      goods: [
        goods(10_500, 500, { quantity: 2 }),
        goods(11_800, 1_800, { hsnCode: "33059019" }),
        goods(50_00, 0, { hsnCode: "33049910" }),
      ],
    });
    expect(file([sale]).hsn).toEqual({
      hsn_b2b: [],
      hsn_b2c: [
        {
          ...{ num: 1, hsn_sc: "300490", desc: "Goods of 30049011", uqc: "NOS", qty: 2, rt: 5 },
          ...{ txval: 200, iamt: 0, camt: 5, samt: 5, csamt: 0 },
        },
        {
          ...{ num: 2, hsn_sc: "330499", desc: "Goods of 33049910", uqc: "NOS", qty: 1, rt: 0 },
          ...{ txval: 50, iamt: 0, camt: 0, samt: 0, csamt: 0 },
        },
        {
          ...{ num: 3, hsn_sc: "330590", desc: "Goods of 33059019", uqc: "NOS", qty: 1, rt: 18 },
          ...{ txval: 100, iamt: 0, camt: 9, samt: 9, csamt: 0 },
        },
      ],
    });
  });

  test("When registered and other buyers buy the same, then they are in different lists", () => {
    const { hsn } = file([aSale({ gstin: BUYER }), aSale(), aSale()]);
    expect(hsn.hsn_b2b).toMatchObject([{ hsn_sc: "300490", qty: 1, txval: 100 }]);
    expect(hsn.hsn_b2c).toMatchObject([{ hsn_sc: "300490", qty: 2, txval: 200 }]);
  });

  test("When shipping follows the goods, then it adds value and no quantity", () => {
    const { hsn } = file([aSale({ shipping: 2_100 })]);
    expect(hsn.hsn_b2c).toMatchObject([{ hsn_sc: "300490", qty: 1, txval: 120, camt: 3, samt: 3 }]);
  });

  test("When charges have a rate of their own, then they are a service without quantity", () => {
    const { hsn } = file([aSale({ shipping: 11_800, chargeRatePolicy: { fixedBps: 1_800 } })]);
    expect(hsn.hsn_b2c[1]).toMatchObject({ hsn_sc: "9968", uqc: "OTH", qty: 0, rt: 18, txval: 100 });
  });

  test("When goods have no code, then the row has an empty one", () => {
    expect(file([aSale({ goods: [goods(10_500, 500, { hsnCode: null })] })]).hsn.hsn_b2c).toMatchObject([
      { hsn_sc: "", txval: 100 },
    ]);
  });

  test("When everything is credited, then there is no row", () => {
    expect(file([aSale({ credits: [all] })]).hsn).toEqual({ hsn_b2b: [], hsn_b2c: [] });
  });

  test("When a name is longer than 30 characters, then it is cut between letters", () => {
    const describe = (description: string) => {
      const { groups, ...figures } = figuresOf(issueDocuments([aSale()]));
      const named = { ...figures, groups: groups.map((group) => ({ ...group, description })) };
      return buildGstr1({ gstin: OWN, period: "112026" }, named).hsn.hsn_b2c[0]?.desc;
    };
    expect(describe("Ashwagandha churna, organic, 100 g")).toBe("Ashwagandha churna, organic, 1");
    expect(describe(`${"x".repeat(29)}ग्रा`)).toBe("x".repeat(29));
    expect(describe(`${"x".repeat(28)}👩‍⚕️`)).toBe("x".repeat(28));
  });
});

describe("Documents issued (table 13)", () => {
  test("When invoices, a bill of supply and notes are issued, then there are two series", () => {
    const { doc_issue } = file([aSale({ credits: [all] }), aSale({ goods: [goods(50_00, 0)] }), aSale()]);
    expect(doc_issue.doc_det).toEqual([
      {
        doc_num: 1,
        docs: [
          { num: 1, from: "INV-2026-000001", to: "INV-2026-000003", totnum: 3, cancel: 0, net_issue: 3 },
        ],
      },
      {
        doc_num: 5,
        docs: [{ num: 1, from: "CN-2026-000001", to: "CN-2026-000001", totnum: 1, cancel: 0, net_issue: 1 }],
      },
    ]);
  });

  test("When nothing is issued, then the tables are empty", () => {
    expect(file([])).toMatchObject({
      ...{ gstin: OWN, fp: "112026", b2b: [], b2cl: [], b2cs: [], cdnr: [], cdnur: [] },
      ...{ hsn: { hsn_b2b: [], hsn_b2c: [] }, doc_issue: { doc_det: [] } },
    });
  });
});
