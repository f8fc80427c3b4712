import { formerIndexes } from "./0001-former-indexes.js";
import { orderSearchKeys } from "./0002-order-search-keys.js";
import { disputesAndEmptyFields } from "./0003-disputes-and-empty-fields.js";
import { refundsOfRevenue } from "./0004-refunds-of-revenue.js";
import type { Migration } from "./migration.js";

export type { Migration, MigrationContext } from "./migration.js";

/** In the order in which they are applied. A released migration is never changed: write another. */
export const migrations: readonly Migration[] = [
  formerIndexes,
  orderSearchKeys,
  disputesAndEmptyFields,
  refundsOfRevenue,
];
