import { readFileSync } from "node:fs";
import { Types } from "mongoose";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { listAt, numberAt, textAt } from "../../scripts/support/json.js";
import { Shopper } from "../../scripts/support/shopper.js";
import { describeInBrowser } from "../support/browser.js";
import { eventually, type Instances, useInstances } from "../support/instances.js";
import {
  chooseMethod,
  openCheckout,
  paidCheckout,
  payFor,
  place,
  startCheckout,
} from "../support/purchase.js";

/** The page for operators in a real browser, against a running service with its jobs and the sandbox. */

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** The page reads its figures every 5 to 20 seconds. */
const WITHIN_MS = 30_000;

describeInBrowser("The page for operators", (browser) => {
  const instances = useInstances({ count: 1, scheduler: true });
  jest.setTimeout(300_000);
  let shop: Sales;
  beforeAll(async () => {
    shop = await sell(instances());
  }, 300_000);
  /** What the browser complained about: scripts that failed, what the policy forbade. */
  const complaints: string[] = [];
  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  const open = (options: BrowserContextOptions = {}): Promise<Opened> =>
    openPage(browser(), complaints, options);
  const link = (token = instances().sandbox.tokens.admin) => `${instances().urlOf(0)}/ops#token=${token}`;
  async function signedIn(options: BrowserContextOptions = {}, token?: string): Promise<Opened> {
    const opened = await open(options);
    await opened.page.goto(link(token));
    await opened.page.locator("[data-tile=Orders]").waitFor();
    return opened;
  }

  test("When it is opened by its link, then the token is gone from the address and stays in this tab only", async () => {
    const { page, context } = await signedIn();
    expect(page.url()).toBe(`${instances().urlOf(0)}/ops`);
    expect(await page.evaluate("location.href")).not.toContain("token");
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate("localStorage.length")).toBe(0);
    // Nor is it in the history: going away and back does not bring it back.
    await page.goto("about:blank");
    await page.goBack();
    expect(page.url()).toBe(`${instances().urlOf(0)}/ops`);
    await context.close();
  });

  test("When the token is pasted, wrong, or ended, then the person gets in, or reads why not", async () => {
    const { page, context } = await open();
    await page.goto(`${instances().urlOf(0)}/ops`);
    await page.getByLabel("Admin token").fill("not-a-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The token is not valid or has expired").waitFor();
    complaints.length = 0; // The browser notes every answer of 401.
    await page.getByLabel("Admin token").fill(`Bearer ${instances().sandbox.tokens.admin}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("[data-tile=Orders]").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Admin token").waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await context.close();
  });

  test("When orders were placed, then the figures are those of the API", async () => {
    const { page, context } = await signedIn();
    const { api } = shop;
    const figure = async (tile: string): Promise<number> =>
      Number((await page.locator(`[data-tile="${tile}"] dd.figure`).textContent())?.replace(/[^\d.]/g, ""));
    const orders = await api("/api/admin/orders/analytics?groupBy=day");
    const today = listAt(orders, "series").at(-1);
    expect(numberAt(today, "orders")).toBe(3);
    const payments = listAt(await api("/api/admin/payments/analytics?groupBy=day"), "series").at(-1);
    const funnel = listAt(await api("/api/admin/checkouts/funnel?groupBy=day"), "series").at(-1);
    const refunds = listAt(await api("/api/admin/refunds/analytics?groupBy=day"), "series").at(-1);
    await page.locator('[data-tile="Refunded"]').waitFor();
    await eventually(
      "the figures of the API",
      async () => (await figure("Revenue")) === numberAt(today, "revenue"),
    );
    expect(await figure("Orders")).toBe(3);
    expect(await figure("Cancelled")).toBe(1);
    expect(await figure("Average order")).toBe(numberAt(today, "averageOrderValue"));
    expect(await figure("Payment success")).toBeCloseTo(numberAt(payments, "successRate") * 100, 1);
    expect(await figure("Conversion")).toBeCloseTo(numberAt(funnel, "conversionRate") * 100, 1);
    expect(await figure("Refunded")).toBe(numberAt(refunds, "amount"));
    expect(await figure("Money without an order")).toBe(0);
    await context.close();
  });

  test("When plots are drawn, then the same figures stand in tables", async () => {
    const { page, context } = await signedIn();
    await page.locator("#orders canvas").waitFor();
    await page.getByText("Orders and revenue as a table").click();
    const rows = page.locator("#orders tbody tr");
    expect(await rows.count()).toBe(14);
    expect(await rows.first().locator("td").first().textContent()).toBe("3");
    await page.getByLabel("Plots and shares of the last").selectOption("7");
    await eventually("the shorter range", async () => (await rows.count()) === 7);
    await context.close();
  });

  test("When a dead message is replayed, then it is delivered, and the page says so", async () => {
    const { db } = instances();
    const id = new Types.ObjectId();
    await db.collection("outboxMessages").insertOne(deadMessage(id));
    const { page, context } = await signedIn();
    await page.getByRole("button", { name: /^Replay coupon.release/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect(await db.collection("outboxMessages").findOne({ _id: id })).toMatchObject({ state: "dead" });
    await page.getByRole("button", { name: /^Replay coupon.release/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
    await page.getByRole("status").getByText("coupon.release is due again").waitFor();
    await eventually("the delivery", async () => {
      const message = await db.collection("outboxMessages").findOne({ _id: id });
      return message?.state === "delivered";
    });
    await page.locator("#outbox").getByText("0 dead messages").waitFor({ timeout: WITHIN_MS });
    await context.close();
  });

  test("When a job is run by keyboard alone, then it has run, and the focus is back on its button", async () => {
    const { page, context } = await signedIn();
    const button = page.getByRole("button", { name: "Run cart-cleanup now" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("Run cart-cleanup now?").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.evaluate("document.activeElement.dataset.key")).toBe("run-cart-cleanup");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("cart-cleanup has run").waitFor();
    const run = await instances()
      .db.collection("jobRuns")
      .findOne({ job: "cart-cleanup", slot: /^manual:/ });
    expect(run).toMatchObject({ state: "completed" });
    await context.close();
  });

  test("When an order is looked for, then its whole history is shown, also by its address", async () => {
    const { page, context } = await signedIn();
    await page.getByPlaceholder("Order number, e-mail or phone").fill(shop.cancelled);
    await page.getByRole("button", { name: "Find" }).click();
    const order = page.locator("#order");
    await order.getByRole("heading", { name: `Order ${shop.cancelled}` }).waitFor();
    const history = order.locator(".history");
    await history.getByText("Confirmed → cancelled").waitFor();
    await history
      .getByText(/^Refund REF-/)
      .first()
      .waitFor();
    expect(page.url()).toContain(`#order=${shop.cancelled}`);
    await page.reload();
    await history.getByText("Confirmed → cancelled").waitFor();
    await order.getByRole("button", { name: "Close" }).click();
    expect(await order.isVisible()).toBe(false);
    await context.close();
  });

  test("When several orders fit, then they are listed; when none does, then the page says so", async () => {
    const { page, context } = await signedIn();
    await page.getByPlaceholder("Order number, e-mail or phone").fill(shop.email);
    await page.keyboard.press("Enter");
    await page.locator("#found").getByText("3 orders found.").waitFor();
    await page.locator("#found").getByRole("link", { name: shop.cash }).click();
    await page
      .locator("#order")
      .getByRole("heading", { name: `Order ${shop.cash}` })
      .waitFor();
    await page.getByPlaceholder("Order number, e-mail or phone").fill("ORD-2020-000001");
    await page.keyboard.press("Enter");
    await page.locator("#found").getByText("No order fits").waitFor();
    await context.close();
  });

  test("When a role may not see jobs and outbox, then it reads so, and sees the rest", async () => {
    const { page, context } = await signedIn({}, instances().sandbox.tokens.viewer);
    for (const section of ["#jobs", "#outbox"])
      await page.locator(section).getByText("Your role may not see this.").waitFor();
    await page.locator("#health").getByText("All up").waitFor();
    complaints.length = 0; // The browser notes every answer of 403.
    await context.close();
  });

  test("When the service does not answer, then the data is marked as old, and it recovers by itself", async () => {
    const { page, context } = await signedIn();
    const live = page.locator("#live");
    await live.getByText(/^Live/).waitFor();
    await context.setOffline(true);
    await live.getByText(/The service does not answer.*Old data/).waitFor({ timeout: WITHIN_MS });
    expect(await page.locator("[data-tile=Orders]").isVisible()).toBe(true);
    await context.setOffline(false);
    await live.getByText(/^Live/).waitFor({ timeout: WITHIN_MS });
    complaints.length = 0; // The browser notes every request that failed.
    await context.close();
  });

  test("When the books differ, then the page shows the breaks of the newest reconciliation, and each of them", async () => {
    const { db } = instances();
    const report = reportWithBreak(new Types.ObjectId());
    await db.collection("reconciliationReports").insertOne(report);
    await db.collection("reconciliationItems").insertOne(breakOf(report._id, shop.cancelled));
    const { page, context } = await signedIn();
    const section = page.locator("#reconciliation");
    await section.getByText("1 break", { exact: true }).waitFor();
    expect(await section.locator("tbody").first().textContent()).toContain("365.42");
    await section.getByText("The single breaks").click();
    await section.getByRole("link", { name: shop.cancelled }).waitFor();
    await db.collection("reconciliationItems").deleteOne({ reportId: report._id });
    await db.collection("reconciliationReports").deleteOne({ _id: report._id });
    await context.close();
  });

  test.each([
    { name: "a desktop, light", viewport: DESKTOP, colorScheme: "light" },
    { name: "a desktop, dark", viewport: DESKTOP, colorScheme: "dark" },
    { name: "a phone, light", viewport: PHONE, colorScheme: "light" },
    { name: "a phone, dark", viewport: PHONE, colorScheme: "dark" },
  ] as const)(
    "When it is seen on $name, then axe finds nothing, and nothing is wider than the screen",
    async ({ viewport, colorScheme }) => {
      const { page, context } = await open({ viewport, colorScheme });
      await page.goto(`${instances().urlOf(0)}/ops`);
      await page.getByLabel("Admin token").waitFor();
      await expectAccessible(page, viewport.width);
      await page.goto(`${link()}`);
      await page.reload();
      await page.locator("#jobs").getByRole("button", { name: /^Run/ }).first().waitFor();
      await page.locator("#rates canvas").waitFor();
      for (const summary of await page.locator("figure summary").all()) await summary.click();
      await expectAccessible(page, viewport.width);
      await page.goto(`${instances().urlOf(0)}/ops#order=${shop.cancelled}`);
      await page.locator("#order .history").waitFor();
      await expectAccessible(page, viewport.width);
      await page.getByRole("button", { name: "Run cart-cleanup now" }).click();
      await expectAccessible(page, viewport.width);
      await context.close();
    },
  );
});

interface Opened {
  page: Page;
  context: BrowserContext;
}

async function openPage(
  browser: Browser,
  complaints: string[],
  options: BrowserContextOptions,
): Promise<Opened> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, context };
}

interface Sales {
  /** Of an order that was paid and cancelled, with its refund. */
  cancelled: string;
  /** Of an order with cash on delivery. */
  cash: string;
  /** Of every order. */
  email: string;
  /** Reads as the admin. @throws Error when it is refused */
  api(path: string): Promise<unknown>;
}

/** Three orders, one of which is cancelled and refunded, and a payment that failed. */
async function sell(instances: Instances): Promise<Sales> {
  const { sandbox } = instances;
  const url = instances.urlOf(0);
  const admin = new Shopper(url, sandbox.tokens.admin);
  const api = (path: string) => admin.do({ method: "GET", path });
  const paid = await paidCheckout(url, sandbox);
  const email = textAt((await place(paid)).data, "email");
  const other = await paidCheckout(url, sandbox);
  const cancelled = textAt((await place(other)).data, "orderNumber");
  const path = `/api/orders/${cancelled}/cancel`;
  await other.shopper.do({
    method: "POST",
    path,
    body: { reason: "Ordered by mistake" },
    key: "cancel-other",
  });
  const cod = await chooseMethod(await startCheckout(url), "cod");
  const cash = textAt((await place(cod)).data, "orderNumber");
  payFor(sandbox, await openCheckout(url), { outcome: "fail" });
  await instances.settle();
  return { cancelled, cash, email, api };
}

/** Its handler finds nothing to do. */
const deadMessage = (_id: Types.ObjectId) => ({
  _id,
  type: "coupon.release",
  dedupeKey: `coupon.release:${_id.toHexString()}`,
  payload: { checkoutSessionId: new Types.ObjectId().toHexString(), codes: [] },
  ...{ state: "dead", dueAt: new Date(), attempts: 12, done: [], lease: null },
  ...{ lastError: "Error: no answer", requestId: null, deliveredAt: null, createdAt: new Date() },
});

/** A reconciliation leaves out what is younger than some minutes, and so everything that a test has just sold. */
const reportWithBreak = (_id: Types.ObjectId) => {
  const [at, none] = [new Date(), { compared: 1, matched: 1, breaks: 0, unresolved: 0 }];
  return {
    ...{ _id, dateFrom: at, dateTo: at, comparedUntil: at, repair: false, state: "completed" },
    ...{ steps: 2, stepsDone: 2, refunds: none, payments: { ...none, matched: 0, breaks: 1 } },
    settlements: {
      ...{ settlements: 0, rows: 0, matched: 0, mismatched: 0, listed: 0, pending: 0, wrongSums: 0 },
      ...{ amount: 0, fees: 0, tax: 0 },
    },
    breaks: [{ kind: "amount_mismatch", count: 1, amountAtRisk: 36_542, repaired: 0, amountLeft: 36_542 }],
    ...{ startedById: null, startedAt: at, finishedAt: at, error: null, attempts: 1, dueAt: at },
    ...{ leaseToken: null, createdAt: at, updatedAt: at },
  };
};

const breakOf = (reportId: Types.ObjectId, orderNumber: string) => ({
  ...{ _id: new Types.ObjectId(), reportId, kind: "amount_mismatch", entity: "payment" },
  ...{ gatewayId: "pay_Rk5Bf3Jd9Xu2Ge", gatewayOrderId: null, settlementId: null, disputeId: null },
  ...{ paymentId: null, refundId: null, orderNumber, localStatus: "captured", gatewayStatus: "captured" },
  ...{ localAmount: 1, gatewayAmount: 36_543, amountAtRisk: 36_542, note: null, repair: null },
  ...{ createdAt: new Date(), updatedAt: new Date() },
});

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** No violation of axe's rules, WCAG 2.2 AA and its best practices, and no scrolling sideways. */
async function expectAccessible(page: Page, width: number): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
  expect(found).toEqual([]);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
}
