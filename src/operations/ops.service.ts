import {
  PAYMENTS_WITH_ATTENTION_INDEX,
  Payment,
  REFUNDS_WITH_ATTENTION_INDEX,
  Refund,
  Return,
  WebhookEvent,
} from "../../models/index.js";
import {
  type MoneyWithoutOrder,
  readMoneyWithoutOrder,
} from "../../services/aggregates/payment/money-without-order.js";
import { type OutboxBacklog, readOutboxBacklog } from "../../services/platform/outbox.service.js";
import { now } from "../../utils/clock.js";
import { REFUND_STATUS, RETURN_STATUS, WEBHOOK_STATE } from "../../utils/constants.js";
import { MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";

/** What waits for a decision or a look of a person; each is counted up to `MAX_DEPTH_OF_PAGES`. */
export interface WaitingForPeople {
  payments: number;
  refunds: number;
  refundsToApprove: number;
  returnsToDecide: number;
  webhooks: number;
}

export interface OpsSummary {
  at: Date;
  moneyWithoutOrder: MoneyWithoutOrder;
  outbox: OutboxBacklog;
  waiting: WaitingForPeople;
}

const limit = MAX_DEPTH_OF_PAGES;

async function countWaiting(): Promise<WaitingForPeople> {
  const [payments, refunds, refundsToApprove, returnsToDecide, webhooks] = await Promise.all([
    Payment.countDocuments({ attention: true }, { limit, hint: PAYMENTS_WITH_ATTENTION_INDEX }),
    Refund.countDocuments({ attention: true }, { limit, hint: REFUNDS_WITH_ATTENTION_INDEX }),
    Refund.countDocuments({ status: REFUND_STATUS.PENDING }, { limit }),
    Return.countDocuments({ status: RETURN_STATUS.REQUESTED }, { limit }),
    WebhookEvent.countDocuments({ state: WEBHOOK_STATE.FLAGGED }, { limit }),
  ]);
  return { payments, refunds, refundsToApprove, returnsToDecide, webhooks };
}

/** What an operator looks at first. The page polls it, so each part is read from an index of few rows. */
export async function readSummary(): Promise<OpsSummary> {
  const [moneyWithoutOrder, outbox, waiting] = await Promise.all([
    readMoneyWithoutOrder(),
    readOutboxBacklog(),
    countWaiting(),
  ]);
  return { at: now(), moneyWithoutOrder, outbox, waiting };
}
