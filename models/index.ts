import type { IndexDefinition, IndexOptions } from "mongoose";
import { AuditLog } from "./auditLog.model.js";
import { BulkDownload } from "./bulkDownload.model.js";
import { Cart } from "./cart.model.js";
import { CartDay } from "./cartDay.model.js";
import { CartItem } from "./cartItem.model.js";
import { CheckoutDay } from "./checkoutDay.model.js";
import { CheckoutSession } from "./checkoutSession.model.js";
import { Counter } from "./counter.model.js";
import { FailedAttempt } from "./failedAttempt.model.js";
import { File } from "./file.model.js";
import { IdempotencyRecord } from "./idempotencyRecord.model.js";
import { Invoice } from "./invoice.model.js";
import { InvoiceDelivery } from "./invoiceDelivery.model.js";
import { InvoiceRequest } from "./invoiceRequest.model.js";
import { InvoiceTemplate } from "./invoiceTemplate.model.js";
import { JobRun } from "./jobRun.model.js";
import { Lease } from "./lease.model.js";
import { MigrationRecord } from "./migration.model.js";
import { Order } from "./order.model.js";
import { OrderDay } from "./orderDay.model.js";
import { OrderItem } from "./orderItem.model.js";
import { OrderStatusHistory } from "./orderStatusHistory.model.js";
import { OutboxMessage } from "./outboxMessage.model.js";
import { Payment } from "./payment.model.js";
import { PaymentDay } from "./paymentDay.model.js";
import { PaymentDowntime } from "./paymentDowntime.model.js";
import { PrunedCarts } from "./prunedCarts.model.js";
import { ReconciliationItem } from "./reconciliationItem.model.js";
import { ReconciliationReport } from "./reconciliationReport.model.js";
import { Refund } from "./refund.model.js";
import { Reminder } from "./reminder.model.js";
import { Return } from "./return.model.js";
import { SavedItem } from "./savedItem.model.js";
import { Setting } from "./setting.model.js";
import { Shipment } from "./shipment.model.js";
import { storageCollections } from "./storage.js";
import { TallyRun } from "./tallyRun.model.js";
import { WebhookEvent } from "./webhookEvent.model.js";

export * from "./auditLog.model.js";
export * from "./bulkDownload.model.js";
export * from "./cart.model.js";
export * from "./cartDay.model.js";
export * from "./cartItem.model.js";
export * from "./checkoutDay.model.js";
export * from "./checkoutSession.model.js";
export * from "./counter.model.js";
export * from "./failedAttempt.model.js";
export * from "./file.model.js";
export * from "./idempotencyRecord.model.js";
export * from "./invoice.model.js";
export * from "./invoiceDelivery.model.js";
export * from "./invoiceRequest.model.js";
export * from "./invoiceTemplate.model.js";
export * from "./jobRun.model.js";
export * from "./lease.model.js";
export * from "./migration.model.js";
export * from "./order.model.js";
export * from "./orderDay.model.js";
export * from "./orderItem.model.js";
export * from "./orderStatusHistory.model.js";
export * from "./outboxMessage.model.js";
export { AppendOnlyError } from "./parts/append-only.js";
export { type DayTallyDoc, type Tallied, TOUCHED_DAYS_INDEX } from "./parts/day-tally.js";
export { type Dispute, type DisputeStatus, findMainDispute, isOpenDispute } from "./parts/dispute.js";
export { SKIP_VALIDATORS_RETURN_NEW } from "./parts/schema.js";
export * from "./parts/snapshots.js";
export * from "./parts/totals.js";
export * from "./parts/trail.js";
export * from "./payment.model.js";
export * from "./paymentDay.model.js";
export * from "./paymentDowntime.model.js";
export * from "./prunedCarts.model.js";
export * from "./reconciliationItem.model.js";
export * from "./reconciliationReport.model.js";
export * from "./refund.model.js";
export * from "./reminder.model.js";
export * from "./return.model.js";
export * from "./savedItem.model.js";
export * from "./setting.model.js";
export * from "./shipment.model.js";
export * from "./storage.js";
export * from "./tallyRun.model.js";
export * from "./webhookEvent.model.js";

/** What preparing the database needs of a model. */
export interface PreparedModel {
  modelName: string;
  collection: { collectionName: string };
  schema: { indexes(): [IndexDefinition, IndexOptions][] };
}

/** Every collection with a model. */
export const allModels: readonly PreparedModel[] = [
  Cart,
  CartItem,
  SavedItem,
  CheckoutSession,
  Order,
  OrderItem,
  OrderStatusHistory,
  Payment,
  Refund,
  Return,
  Invoice,
  InvoiceRequest,
  InvoiceTemplate,
  InvoiceDelivery,
  BulkDownload,
  Shipment,
  TallyRun,
  File,
  Setting,
  Counter,
  Lease,
  MigrationRecord,
  WebhookEvent,
  IdempotencyRecord,
  OutboxMessage,
  AuditLog,
  ReconciliationReport,
  ReconciliationItem,
  JobRun,
  Reminder,
  CartDay,
  CheckoutDay,
  FailedAttempt,
  PrunedCarts,
  OrderDay,
  PaymentDay,
  PaymentDowntime,
];

/** Every collection of the service; made with its indexes before the service is ready. */
export const preparedCollections: readonly PreparedModel[] = [...allModels, ...storageCollections];
