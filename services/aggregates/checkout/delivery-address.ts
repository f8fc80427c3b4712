import type { AddressSnapshot } from "../../../models/index.js";
import type { AddressInput } from "../../../utils/contact-schemas.js";
import { NotFoundError, RuleError, ValidationError } from "../../../utils/errors.js";
import { parseGstin } from "../../../utils/gst/gstin.js";
import { findStateOfPincode, pincodeFitsState } from "../../../utils/gst/pincode.js";
import { findState, stateByCode } from "../../../utils/gst/states.js";
import type { Owner } from "../../../utils/principal.js";
import { unwrap } from "../../../utils/result.js";
import { getAddress } from "../../integrations/auth-integration.service.js";
import { getServiceability, type Serviceability } from "../../integrations/shipping-integration.service.js";

/**
 * The address as it is stored. The state determines the tax, so an unknown state is refused, never guessed.
 * @throws ValidationError for a state that does not exist or does not fit the pincode.
 */
export function toAddress(input: AddressInput): AddressSnapshot {
  const state = findState(input.state);
  if (!state) throw invalidState(`"${input.state}" is not a state of India`);
  if (!pincodeFitsState(input.pincode, state.code)) {
    const actual = findStateOfPincode(input.pincode);
    const place = actual ? `in ${stateByCode(actual).name}, not in ${state.name}` : `not in ${state.name}`;
    throw invalidState(`Pincode ${input.pincode} is ${place}`);
  }
  return {
    name: input.name,
    phone: input.phone,
    line1: input.line1,
    ...(input.line2 ? { line2: input.line2 } : {}),
    ...(input.landmark ? { landmark: input.landmark } : {}),
    city: input.city,
    state: state.name,
    pincode: input.pincode,
    country: "IN",
  };
}

const invalidState = (message: string) => new ValidationError([{ in: "body", path: "state", message }]);

/** @throws RuleError PINCODE_NOT_SERVICEABLE; the typed upstream errors */
export async function getDelivery({ pincode }: AddressSnapshot): Promise<Serviceability> {
  const serviceability = unwrap(await getServiceability(pincode));
  if (serviceability.serviceable) return serviceability;
  throw new RuleError("PINCODE_NOT_SERVICEABLE", `We do not deliver to ${pincode} yet`, { pincode });
}

/**
 * @throws RuleError PINCODE_NOT_SERVICEABLE; NotFoundError for an address id that is not this customer's;
 *   the typed upstream errors.
 */
export async function assertServiceable(
  address: AddressSnapshot,
  saved: { owner: Owner; addressId: string | undefined },
): Promise<void> {
  await Promise.all([getDelivery(address), assertOwnAddress(saved)]);
}

async function assertOwnAddress({
  owner,
  addressId,
}: {
  owner: Owner;
  addressId: string | undefined;
}): Promise<void> {
  if (addressId === undefined) return;
  const notFound = new NotFoundError("NOT_FOUND", "Address not found");
  if (!("userId" in owner)) throw notFound;
  const answer = await getAddress(owner.userId, addressId);
  if (!answer.success && answer.outcome === "refused") throw notFound;
  unwrap(answer);
}

/** Whether the GSTIN is registered in the state of the address, by its first two digits. */
export const isGstinOf = (gstin: string, address: AddressSnapshot): boolean =>
  findState(address.state)?.code === gstin.slice(0, 2);

/** @throws RuleError INVALID_GSTIN with the reason: format, check character, or another state than the billing address. */
export function toBuyerGstin(value: string, billing: AddressSnapshot): string {
  const parsed = parseGstin(value);
  if (!parsed.ok) throw new RuleError("INVALID_GSTIN", "This GSTIN is not valid", { reason: parsed.reason });
  if (!isGstinOf(parsed.gstin, billing)) {
    throw new RuleError("INVALID_GSTIN", "The GSTIN belongs to another state than the billing address", {
      reason: "state",
    });
  }
  return parsed.gstin;
}
