import { describeBrowserAndWebhooks } from "./browser-and-webhooks.js";
import { describeOrders } from "./orders.js";
import { describePayments } from "./payments.js";
import { describeRefunds } from "./refunds.js";
import { describeReports } from "./reports.js";
import { describeTransport } from "./transport.js";
import { type GatewayWorld, Stage } from "./world.js";

/**
 * What every implementation of `PaymentGateway` must do, whichever gateway it talks to. The rest of the service relies
 * on nothing else. What is peculiar to one gateway (its fields, texts and limits) is tested beside its adapter.
 * @param start starts the gateway's simulator; called once
 */
export function describeGateway(name: string, start: () => Promise<GatewayWorld>): void {
  describe(`The gateway ${name}`, () => {
    const stage = new Stage(start);
    describeOrders(stage);
    describePayments(stage);
    describeRefunds(stage);
    describeReports(stage);
    describeBrowserAndWebhooks(stage);
    describeTransport(stage);
  });
}
