/**
 * The return GSTR-1: what it is built from, in paise, and the file of the GST portal, in rupees and with the portal's
 * own names.
 */
import type { InvoiceType, ReturnTable, SupplyType } from "../../../utils/constants.js";
import type { Paise } from "../../../utils/money.js";
import type { Taxes } from "../tax.js";

/** Paise and units, positive in credit notes too. */
export interface ReturnAmounts extends Taxes {
  taxableValue: Paise;
  /** Units of goods; charges and services count 0. */
  quantity: number;
}

/** What all documents of a period with the same type, table, place of supply, HSN code, unit and rate add up to. */
export interface ReturnGroup extends ReturnAmounts {
  type: InvoiceType;
  returnTable: ReturnTable;
  supplyType: SupplyType;
  /** The two digits of the GST state code. */
  placeOfSupply: string;
  hsnCode: string | null;
  uqc: string;
  rateBps: number;
  description: string;
}

/** A document that the return lists by its number: sales to registered buyers, large sales, and their credit notes. */
export interface ListedDocument {
  invoiceNumber: string;
  issuedAt: Date;
  returnTable: ReturnTable;
  placeOfSupply: string;
  buyer: { gstin: string | null; isSez: boolean };
  rows: (ReturnAmounts & { rateBps: number })[];
  grandTotal: Paise;
}

/** The documents of one series that were issued in a period. */
export interface IssuedSeries {
  type: InvoiceType;
  from: string;
  to: string;
  total: number;
}

export interface ReturnFigures {
  groups: readonly ReturnGroup[];
  /** In the order in which they were issued. */
  listed: readonly ListedDocument[];
  series: readonly IssuedSeries[];
}

/** Rupees by head; UTGST is reported as SGST, and there is no cess. */
export interface PortalAmounts {
  txval: number;
  iamt: number;
  camt: number;
  samt: number;
  csamt: number;
}

type Rated<A> = { rt: number } & A;
/** Supplies across states have IGST only. */
type AcrossStates = Pick<PortalAmounts, "txval" | "iamt" | "csamt">;
type WithinState = Omit<PortalAmounts, "iamt">;

export interface PortalItem<A> {
  num: number;
  itm_det: Rated<A>;
}

export interface B2bInvoice {
  inum: string;
  /** DD-MM-YYYY, as every date. */
  idt: string;
  val: number;
  pos: string;
  rchrg: "N";
  /** Regular, or a supply to a special economic zone with payment of tax. */
  inv_typ: "R" | "SEWP";
  itms: PortalItem<PortalAmounts>[];
}

export interface B2clInvoice {
  inum: string;
  idt: string;
  val: number;
  itms: PortalItem<AcrossStates>[];
}

export type B2csRow = { typ: "OE"; pos: string } & (
  | ({ sply_ty: "INTRA" } & Rated<WithinState>)
  | ({ sply_ty: "INTER" } & Rated<AcrossStates>)
);

interface Note {
  ntty: "C";
  nt_num: string;
  nt_dt: string;
  val: number;
  pos: string;
}

export interface CdnrNote extends Note {
  rchrg: "N";
  inv_typ: "R" | "SEWP";
  itms: PortalItem<PortalAmounts>[];
}

export interface CdnurNote extends Note {
  typ: "B2CL";
  itms: PortalItem<AcrossStates>[];
}

export interface NilRow {
  sply_ty: "INTRB2B" | "INTRB2C" | "INTRAB2B" | "INTRAB2C";
  nil_amt: number;
  expt_amt: number;
  ngsup_amt: number;
}

export interface HsnRow extends PortalAmounts {
  num: number;
  /** Empty when the product has no code: to be completed before filing. */
  hsn_sc: string;
  /** At most 30 characters. */
  desc: string;
  uqc: string;
  qty: number;
  rt: number;
}

export interface IssuedDocuments {
  /** 1: invoices for outward supply; 5: credit notes. */
  doc_num: 1 | 5;
  docs: { num: number; from: string; to: string; totnum: number; cancel: number; net_issue: number }[];
}

/** The file that the portal imports. */
export interface Gstr1 {
  gstin: string;
  /** MMYYYY. */
  fp: string;
  b2b: { ctin: string; inv: B2bInvoice[] }[];
  b2cl: { pos: string; inv: B2clInvoice[] }[];
  b2cs: B2csRow[];
  cdnr: { ctin: string; nt: CdnrNote[] }[];
  cdnur: CdnurNote[];
  nil: { inv: NilRow[] };
  hsn: { hsn_b2b: HsnRow[]; hsn_b2c: HsnRow[] };
  doc_issue: { doc_det: IssuedDocuments[] };
}
