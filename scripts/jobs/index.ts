import type { Job } from "../../services/platform/job-registry.service.js";
import { abandonedCart } from "./abandoned-cart-email.job.js";
import { analytics } from "./analytics.job.js";
import { bulkDownload } from "./bulk-download.job.js";
import { cartCleanup } from "./cart-cleanup.job.js";
import { checkoutCleanup } from "./checkout-cleanup.job.js";
import { checkoutReminder } from "./checkout-reminder.job.js";
import { disputeSync } from "./dispute-sync.job.js";
import { invoiceIssue } from "./invoice-issue.job.js";
import { orderSync } from "./order-sync.job.js";
import { outbox } from "./outbox.job.js";
import { paymentList } from "./payment-list.job.js";
import { paymentReconciliation, reconciliationRequests } from "./payment-reconciliation.job.js";
import { paymentSweep } from "./payment-sweep.job.js";
import { placementRecovery } from "./placement-recovery.job.js";
import { promotionRefresh } from "./promotion-refresh.job.js";
import { retention } from "./retention.job.js";
import { returnExpiry } from "./return-expiry.job.js";
import { webhookRetry } from "./webhook-retry.job.js";

/** Every scheduled job of the service. */
export const jobs: readonly Job[] = [
  placementRecovery,
  paymentSweep,
  paymentList,
  disputeSync,
  paymentReconciliation,
  reconciliationRequests,
  webhookRetry,
  outbox,
  invoiceIssue,
  orderSync,
  returnExpiry,
  checkoutCleanup,
  checkoutReminder,
  cartCleanup,
  promotionRefresh,
  abandonedCart,
  analytics,
  bulkDownload,
  retention,
];
