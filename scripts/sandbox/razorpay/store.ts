import { malformedId, unknownId } from "./errors.js";
import { LedgerBook } from "./ledger.js";
import {
  type CardEntity,
  type DisputeEntity,
  type DowntimeEntity,
  type IdPrefix,
  isId,
  type OrderEntity,
  type PaymentEntity,
  type ReconRow,
  type RefundEntity,
  type RefundSpeed,
  type SettlementEntity,
} from "./types.js";

export interface Stored<E> {
  entity: E;
  createdMs: number;
}

export interface OrderRecord extends Stored<OrderEntity> {
  capture: "automatic" | "manual" | null;
  /** Minutes from authorisation to the automatic refund; null: the account's default. */
  manualExpiryMinutes: number | null;
  refundSpeed: RefundSpeed;
  partialPayment: boolean;
  /** Oldest first. */
  payments: PaymentRecord[];
}

export interface PaymentRecord extends Stored<PaymentEntity> {
  card: CardEntity | null;
  order: OrderRecord | null;
  refunds: RefundRecord[];
  disputes: DisputeRecord[];
}

export interface RefundRecord extends Stored<RefundEntity> {
  payment: PaymentRecord;
}

export interface DisputeRecord extends Stored<DisputeEntity> {
  payment: PaymentRecord;
}

export interface SettlementRecord extends Stored<SettlementEntity> {
  rows: ReconRow[];
}

type DowntimeRecord = Stored<DowntimeEntity>;

/** Entities of one kind, by id and in order of creation. */
export class Table<R extends Stored<{ id: string }>> {
  readonly rows: R[] = [];
  private readonly byId = new Map<string, R>();

  constructor(private readonly prefix: IdPrefix) {}

  add(row: R): R {
    this.rows.push(row);
    this.byId.set(row.entity.id, row);
    return row;
  }

  find(id: string): R | null {
    return this.byId.get(id) ?? null;
  }

  /** @throws GatewayError 400 for a malformed or unknown id; the gateway has no 404 */
  get(id: string): R {
    if (!isId(id, this.prefix)) throw malformedId(id);
    const row = this.byId.get(id);
    if (!row) throw unknownId();
    return row;
  }
}

export class Store {
  readonly orders = new Table<OrderRecord>("order");
  readonly ordersByReceipt = new Map<string, OrderRecord[]>();
  readonly payments = new Table<PaymentRecord>("pay");
  readonly refunds = new Table<RefundRecord>("rfnd");
  readonly settlements = new Table<SettlementRecord>("setl");
  readonly disputes = new Table<DisputeRecord>("disp");
  readonly downtimes = new Table<DowntimeRecord>("down");
  readonly ledger = new LedgerBook();
  /** Payments with a capture or refund in flight. */
  readonly writeLocks = new Set<string>();
  /** By payment id and `X-Refund-Idempotency` key; `refund: null` while in flight. */
  readonly refundKeys = new Map<string, { body: string; refund: RefundRecord | null }>();
  readonly unsettledPayments: PaymentRecord[] = [];
  readonly unsettledRefunds: RefundRecord[] = [];
  readonly warnings: string[] = [];

  addOrder(record: OrderRecord): OrderRecord {
    this.orders.add(record);
    const { receipt } = record.entity;
    if (receipt !== null) {
      const sameReceipt = this.ordersByReceipt.get(receipt);
      if (sameReceipt) sameReceipt.push(record);
      else this.ordersByReceipt.set(receipt, [record]);
    }
    return record;
  }

  findRecord(id: string) {
    return (
      this.orders.find(id) ??
      this.payments.find(id) ??
      this.refunds.find(id) ??
      this.settlements.find(id) ??
      this.disputes.find(id) ??
      this.downtimes.find(id)
    );
  }
}
