import type { Guard, GuardSubject } from "../guard.js";
import { FENCES } from "./fences.js";
import { MAJORITY } from "./majority.js";
import { MONEY_AND_ORDERS } from "./money-and-orders.js";
import { OUTBOX_WRITES } from "./outbox-writes.js";
import { PLACING } from "./placing.js";
import { SIGNATURES } from "./signatures.js";
import { UNIQUE_INDEXES } from "./unique-indexes.js";

export const SUBJECTS: readonly GuardSubject[] = [
  UNIQUE_INDEXES,
  PLACING,
  MONEY_AND_ORDERS,
  FENCES,
  OUTBOX_WRITES,
  SIGNATURES,
  MAJORITY,
];

export const GUARDS: readonly Guard[] = SUBJECTS.flatMap(({ guards }) => guards);
