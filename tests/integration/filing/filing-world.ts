import type { Response } from "supertest";
import type { InvoiceDoc } from "../../../models/index.js";
import type { SaleSpec } from "../../support/invoice-month.js";
import { type AdminWorld, startAdminWorld } from "../admin/admin-world.js";

type Invoices = typeof import("../../support/invoice-month.js");

/** With the builders of documents, which read the configuration: they are loaded once the world has set it. */
export interface FilingWorld extends AdminWorld, Pick<Invoices, "issueDocuments" | "gstinIn" | "supplierIn"> {
  /** Stores documents past the issuing worker. */
  store(documents: readonly InvoiceDoc[]): Promise<void>;
  /** Asks for a file. */
  download(path: string): Promise<Response>;
}

export async function startFilingWorld(): Promise<FilingWorld> {
  const world = await startAdminWorld();
  const { issueDocuments, gstinIn, supplierIn } = await import("../../support/invoice-month.js");
  const { token } = world.token("admin");
  return {
    ...world,
    ...{ issueDocuments, gstinIn, supplierIn },
    async store(documents) {
      await world.db.collection<InvoiceDoc>("invoices").insertMany([...documents]);
    },
    download: (path) => world.http.get(path).set("Authorization", `Bearer ${token}`),
  };
}

const goods = (hsnCode: string, rateBps: number, unitPrice: number, quantity = 1) => ({
  ...{ hsnCode, rateBps, unitPrice, quantity, isFreeGift: false },
});

const aSale = (at: string, fields: Partial<SaleSpec>): SaleSpec => ({
  ...{ at: new Date(at), state: "29", gstin: null, isSez: false, goods: [goods("30049011", 500, 105_00)] },
  ...{ discount: 0, shipping: 0, codFee: 0, pricesIncludeTax: true, roundToRupee: true },
  ...{ chargeRatePolicy: "proportional", credits: [] },
  ...fields,
});

const credit = (at: string, of: "units" | "value" | "rest", part: number) => ({ at: new Date(at), of, part });

/** Sales of the months around October 2026, in every table; the first and the last of October at the month's edges. */
export const salesAround = (buyer: string, buyerElsewhere: string): SaleSpec[] => [
  aSale("2026-09-30T18:29:59.999Z", { credits: [credit("2026-10-05T08:00:00Z", "rest", 1)] }),
  aSale("2026-09-30T18:30:00.000Z", { shipping: 49_00 }),
  aSale("2026-10-02T08:00:00Z", {
    gstin: buyer,
    goods: [goods("30049011", 500, 333_33, 3), goods("33049910", 0, 99_90)],
    credits: [credit("2026-10-09T08:00:00Z", "units", 0.4), credit("2026-11-02T08:00:00Z", "rest", 1)],
  }),
  aSale("2026-10-03T08:00:00Z", { gstin: buyerElsewhere, state: "27", isSez: true }),
  aSale("2026-10-04T08:00:00Z", {
    ...{ state: "27", goods: [goods("33059019", 1_800, 1_18_000_05)] },
    credits: [credit("2026-10-20T08:00:00Z", "value", 0.123)],
  }),
  aSale("2026-10-06T08:00:00Z", { state: "07", goods: [goods("33059019", 1_800, 421_94)], codFee: 29_00 }),
  aSale("2026-10-07T08:00:00Z", { goods: [goods("33049910", 0, 250_00)] }),
  aSale("2026-10-31T18:29:59.999Z", { goods: [goods("34011110", 500, 55_55, 2)] }),
  aSale("2026-10-31T18:30:00.000Z", { goods: [goods("34011110", 500, 77_77)] }),
];
