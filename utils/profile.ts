import { toEmail, toIndianPhone } from "./contact.js";
import type { Principal } from "./principal.js";

export interface Profile {
  name?: string;
  email?: string;
  phone?: string;
}

/** What a customer's token says about them. A claim in a format that cannot be used counts as absent. */
export function profileOf(principal: Principal): Profile {
  if (principal.kind !== "customer") return {};
  const { name, email, phone } = principal;
  return {
    name,
    email: (email && toEmail(email)) || undefined,
    phone: (phone && toIndianPhone(phone)) || undefined,
  };
}
