import type { AddressSnapshot, OrderDoc, OrderItemDoc } from "../../../models/index.js";
import { findState, isStateCode, type StateCode } from "../../../utils/gst/states.js";
import { decidePlaceOfSupply } from "../../calculations/document-terms.js";
import { type RetaxedOrder, retaxOrder } from "../../calculations/retax.js";
import { decideTaxHead } from "../../calculations/tax.js";
import { getSettings } from "../../platform/settings.service.js";

export interface Retaxed {
  placeOfSupply: StateCode;
  /** Null where the heads stay: from one state to another, both outside the supplier's. */
  amounts: RetaxedOrder | null;
}

const stateCodeOf = (address: AddressSnapshot): StateCode => {
  const state = findState(address.state);
  if (!state) throw new Error(`an address is in no state of India: ${address.state}`);
  return state.code;
};

function currentPlaceOf({ placeOfSupply, gstin, shippingAddress }: OrderDoc): StateCode {
  if (placeOfSupply && isStateCode(placeOfSupply)) return placeOfSupply;
  const deliveryState = stateCodeOf(shippingAddress);
  return decidePlaceOfSupply({ gstin, deliveredToOwnPremises: false, deliveryState });
}

/**
 * What a new shipping address changes in the tax; null when the place of supply stays. A buyer with a GSTIN is taxed
 * where it is registered, unless the order was taxed where it is delivered: then the buyer had declared the place as
 * their own premises.
 */
export async function retaxAfterMove(
  order: OrderDoc,
  items: readonly OrderItemDoc[],
  to: AddressSnapshot,
): Promise<Retaxed | null> {
  const before = currentPlaceOf(order);
  const { gstin } = order;
  const deliveredToOwnPremises = gstin !== null && before !== gstin.slice(0, 2);
  const placeOfSupply = decidePlaceOfSupply({
    gstin,
    deliveredToOwnPremises,
    deliveryState: stateCodeOf(to),
  });
  if (placeOfSupply === before) return null;
  const company = await getSettings("company");
  const supplier = findState(company.state);
  if (!supplier) throw new Error(`The setting company.state is not a state of India: ${company.state}`);
  const headAt = (place: StateCode) =>
    decideTaxHead({ supplierState: supplier.code, placeOfSupply: place, isSezBuyer: order.isSezBuyer });
  const head = headAt(placeOfSupply);
  if (head === headAt(before)) return { placeOfSupply, amounts: null };
  const agreed = { ...order, lines: items };
  return { placeOfSupply, amounts: retaxOrder(agreed, { head, pricesIncludeTax: order.pricesIncludeTax }) };
}
