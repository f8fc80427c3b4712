import type { AddressSnapshot, InvoiceDoc, InvoiceSupplier } from "../../../models/index.js";
import { findState, isStateCode, type State, stateByCode } from "../../../utils/gst/states.js";
import { contentHash } from "../../calculations/content-hash.js";
import { getSettings } from "../../platform/settings.service.js";

/** A document before it has a number. */
export type NumberlessDocument = Omit<InvoiceDoc, "invoiceNumber" | "series" | "sequence" | "contentHash">;

/** A document's place in its series. */
export type DocumentNumber = Pick<InvoiceDoc, "invoiceNumber" | "series" | "sequence">;

/** Gives a document its number and its hash: from here on it never changes. */
export function seal(document: NumberlessDocument, number: DocumentNumber): InvoiceDoc {
  const content = { ...document, ...number };
  return { ...content, contentHash: contentHash(content) };
}

/**
 * The seller, from the settings. Its state is the one that the taxes of carts are computed with.
 * @throws Error when the setting `company.state` names no state
 */
export async function readSupplier(): Promise<InvoiceSupplier> {
  const company = await getSettings("company");
  const { name, address, gstin, upiVpa, supportEmail, supportPhone } = company;
  const state = getState(company.state);
  return { name, address, gstin, stateCode: state.code, upiVpa, supportEmail, supportPhone };
}

/** A state by its name or code. @throws Error when there is no such state: it is never assumed */
export function getState(text: string): State {
  const state = isStateCode(text) ? stateByCode(text) : findState(text);
  if (!state) throw new Error(`not a state of India: ${text}`);
  return state;
}

/** An address in one line, as it identifies a party. */
export const addressText = ({ line1, line2, landmark, city, state, pincode }: AddressSnapshot): string =>
  [line1, line2, landmark, city, `${state} ${pincode}`].filter(Boolean).join(", ");
