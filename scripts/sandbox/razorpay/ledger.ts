/** The simulator's own books. Rows are only ever appended, and written beside the entities, not from them. */

export interface CaptureRow {
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
  /** False: the money was only authorised, so there is no capture row to set it against. */
  ofCapture: boolean;
  at: number;
}

export interface RefundOutcomeRow {
  refundId: string;
  status: "pending" | "processed" | "failed";
  at: number;
}

export interface Ledger {
  captures: CaptureRow[];
  /** `status` is that of the refund's last row in `refundOutcomes`. */
  refunds: (RefundRow & { status: RefundOutcomeRow["status"] })[];
  refundOutcomes: RefundOutcomeRow[];
}
