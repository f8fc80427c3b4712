import type { DescribedRouter } from "./middlewares/described-router.js";
import { admin as cartAdmin } from "./src/cart/cart.admin.route.js";
import * as cart from "./src/cart/cart.route.js";
import { savedItems } from "./src/cart/saved-items.route.js";
import { admin as checkoutAdmin } from "./src/checkout/checkout.admin.route.js";
import * as checkout from "./src/checkout/checkout.route.js";
import { filing } from "./src/invoices/filing.route.js";
import { admin as invoicesAdmin } from "./src/invoices/invoices.admin.route.js";
import * as invoices from "./src/invoices/invoices.route.js";
import { template } from "./src/invoices/template.route.js";
import * as auditLogs from "./src/operations/audit-logs.route.js";
import { files } from "./src/operations/files.route.js";
import { health, metrics } from "./src/operations/health.route.js";
import * as jobs from "./src/operations/jobs.route.js";
import * as ops from "./src/operations/ops.route.js";
import * as outbox from "./src/operations/outbox.route.js";
import * as settings from "./src/operations/settings.route.js";
import { bulkUpdate } from "./src/orders/bulk-update.route.js";
import * as cancellation from "./src/orders/cancellation.route.js";
import { fulfilment } from "./src/orders/fulfilment.route.js";
import { manualOrders } from "./src/orders/manual-orders.route.js";
import { admin as ordersAdmin } from "./src/orders/orders.admin.route.js";
import * as orders from "./src/orders/orders.route.js";
import { admin as paymentsAdmin } from "./src/payments/payments.admin.route.js";
import * as payments from "./src/payments/payments.route.js";
import { reconciliation } from "./src/payments/reconciliation.route.js";
import { admin as webhooksAdmin } from "./src/payments/webhooks.admin.route.js";
import { webhooks } from "./src/payments/webhooks.route.js";
import { admin as refundsAdmin } from "./src/refunds/refunds.admin.route.js";
import * as refunds from "./src/refunds/refunds.route.js";
import * as returnImages from "./src/returns/return-images.route.js";
import { admin as returnsAdmin } from "./src/returns/returns.admin.route.js";
import * as returns from "./src/returns/returns.route.js";

/** Every router of the service; `config/express.config.ts` adds the documentation. */
export const apiRouters: readonly DescribedRouter[] = [
  // Consumer
  cart.consumer,
  savedItems,
  checkout.consumer,
  orders.consumer,
  cancellation.consumer,
  payments.consumer,
  refunds.consumer,
  returns.consumer,
  returnImages.consumer,
  invoices.consumer,
  // Admin
  cartAdmin,
  checkoutAdmin,
  manualOrders,
  bulkUpdate,
  fulfilment,
  cancellation.admin,
  webhooksAdmin,
  reconciliation,
  invoicesAdmin,
  template,
  filing,
  paymentsAdmin,
  ordersAdmin,
  refundsAdmin,
  returnsAdmin,
  returnImages.admin,
  jobs.admin,
  outbox.admin,
  settings.admin,
  auditLogs.admin,
  ops.admin,
  // Webhooks
  webhooks,
  // Operations
  ops.pages,
  files,
  health,
  metrics,
];
