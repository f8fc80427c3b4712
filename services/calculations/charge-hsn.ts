/** The HSN code under which shipping and COD fees are reported. */
import type { Paise } from "../../utils/money.js";

/** Courier services: the code of charges that are taxed at a rate of their own. */
const COURIER_SERVICE = "9968";

export interface ChargeHsnLine {
  readonly hsnCode: string | null;
  readonly gstRateBps: number;
  /** After all discounts. */
  readonly amount: Paise;
}

/**
 * Charges are part of the supply of the goods (CGST Act s. 8(a)), so they carry the code of the goods at their rate: of
 * the line with the largest amount, the first one on a tie. With a fixed rate they are a service of their own.
 */
export function chargeHsnCode(
  lines: readonly ChargeHsnLine[],
  charge: { rateBps: number; hasFixedRate: boolean },
): string | null {
  const atRate = lines.filter(({ gstRateBps }) => gstRateBps === charge.rateBps);
  const [first, ...others] = atRate;
  if (charge.hasFixedRate || !first) return COURIER_SERVICE;
  return others.reduce((largest, line) => (line.amount > largest.amount ? line : largest), first).hsnCode;
}
