/** The gateway's own books: append-only, and written where money moves, not derived from the entities. */

interface CaptureRow {
  paymentId: string;
  orderId: string | null;
  receipt: string | null;
  amount: number;
  currency: string;
  by: "merchant" | "gateway";
  /** Milliseconds of the simulator's clock. */
  at: number;
}

export interface RefundRow {
  refundId: string;
  paymentId: string;
  orderId: string | null;
  amount: number;
  receipt: string | null;
  idempotencyKey: string | null;
  /** `merchant`: over the API; `dashboard`: by hand at the gateway; `gateway`: automatic. */
  by: "merchant" | "dashboard" | "gateway";
  /** False: the payment was only authorised, so there is no capture row. */
  ofCapture: boolean;
  at: number;
}

interface RefundOutcomeRow {
  refundId: string;
  status: "pending" | "processed" | "failed";
  at: number;
}

/** What a lost dispute took back from the merchant. */
interface DeductionRow {
  disputeId: string;
  paymentId: string;
  orderId: string | null;
  amount: number;
  at: number;
}

export interface GatewayLedger {
  captures: CaptureRow[];
  /** `status` comes from the refund's last row in `refundOutcomes`. */
  refunds: (RefundRow & { status: RefundOutcomeRow["status"] })[];
  refundOutcomes: RefundOutcomeRow[];
  deductions: DeductionRow[];
}

export class LedgerBook {
  private readonly captures: CaptureRow[] = [];
  private readonly refunds: RefundRow[] = [];
  private readonly refundOutcomes: RefundOutcomeRow[] = [];
  private readonly deductions: DeductionRow[] = [];
  private readonly lastOutcome = new Map<string, RefundOutcomeRow["status"]>();

  appendCapture(row: CaptureRow): void {
    this.captures.push(Object.freeze(row));
  }

  appendRefund(row: RefundRow): void {
    this.refunds.push(Object.freeze(row));
  }

  appendRefundOutcome(row: RefundOutcomeRow): void {
    this.refundOutcomes.push(Object.freeze(row));
    this.lastOutcome.set(row.refundId, row.status);
  }

  appendDeduction(row: DeductionRow): void {
    this.deductions.push(Object.freeze(row));
  }

  read(): GatewayLedger {
    return {
      captures: [...this.captures],
      refunds: this.refunds.map((row) => ({
        ...row,
        status: this.lastOutcome.get(row.refundId) ?? "pending",
      })),
      refundOutcomes: [...this.refundOutcomes],
      deductions: [...this.deductions],
    };
  }
}
