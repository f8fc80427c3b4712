import { createSandboxClient } from "../sandbox/control-http.js";
import type { BookKeepers } from "./facts.js";

/** The neighbours' own books, asked over HTTP from a sandbox in another process. */
export function remoteBooks(controlUrl: string): BookKeepers {
  const { call } = createSandboxClient(controlUrl);
  return {
    razorpay: { ledger: () => call("razorpay", "ledger"), events: () => call("razorpay", "events") },
    inventory: {
      ledger: () => call("inventory", "ledger"),
      activeReservations: () => call("inventory", "activeReservations"),
      imbalances: () => call("inventory", "imbalances"),
    },
    pricing: { ledger: () => call("pricing", "ledger") },
    engagement: {
      loyaltyLedger: () => call("engagement", "loyaltyLedger"),
      creditLedger: () => call("engagement", "creditLedger"),
      notifications: () => call("engagement", "notifications"),
    },
  };
}
