import vm from "node:vm";
import { OUTCOMES } from "../../../scripts/sandbox/razorpay/control-types.js";
import { PAYMENT_METHODS } from "../../../scripts/sandbox/razorpay/types.js";
import { KEY_ID, useWorld } from "./harness.js";

const world = useWorld();

const script = async () => (await fetch(`${world.origin}/v1/checkout.js`)).text();
const payJson = async (orderId: string, body: object) => {
  const response = await fetch(`${world.origin}/checkout/${orderId}/pay`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: { error?: { description: string; reason: string } } = JSON.parse(await response.text());
  return { response, error: answer.error };
};

/** Just enough of a page to run the script; the dialog's buttons are stored by their id. */
function createPage(source: string, src: string) {
  const nodes = new Map<string, { onclick?: () => void; value?: string }>();
  const posted: Record<string, string>[] = [];
  const createElement = (tag: string) => {
    const children: { name?: string; value?: string }[] = [];
    const node = {
      style: {},
      setAttribute: () => undefined,
      remove: () => undefined,
      appendChild: (child: object) => children.push(child),
      submit: () =>
        posted.push(Object.fromEntries(children.map(({ name, value }) => [String(name), String(value)]))),
      value: tag === "select" ? "upi" : "",
    };
    return new Proxy(node, {
      set: (target, key, value) => {
        if (key === "id") nodes.set(String(value), target);
        return Reflect.set(target, key, value);
      },
    });
  };
  const window: Record<string, unknown> = {};
  const document = { currentScript: { src }, createElement, body: createElement("body") };
  vm.runInNewContext(source, { window, document, URL, fetch, Error, JSON });
  return { Checkout: window.Razorpay, click: (id: string) => nodes.get(id)?.onclick?.(), posted };
}

interface CheckoutInstance {
  open(): void;
  on(event: string, listener: (answer: unknown) => void): void;
}

function construct(checkout: unknown, options: object): CheckoutInstance {
  if (typeof checkout !== "function") throw new Error("window.Razorpay is missing");
  return Reflect.construct(checkout, [options]);
}

describe("checkout.js", () => {
  test("When the buyer pays in the dialog, then the handler gets a real signature", async () => {
    const orderId = await world.order();
    const { Checkout, click } = createPage(await script(), `${world.origin}/v1/checkout.js`);
    const answer = await new Promise<Record<string, string>>((handler) => {
      construct(Checkout, { key: KEY_ID, amount: 50_000, order_id: orderId, name: "Shop", handler }).open();
      click("razorpay-success");
    });
    expect(answer.razorpay_order_id).toBe(orderId);
    expect(answer.razorpay_signature).toBe(
      world.control.signCheckout(orderId, answer.razorpay_payment_id ?? ""),
    );
    expect(world.control.paymentsOf(orderId)).toMatchObject([{ status: "captured", method: "upi" }]);
  });

  test("When the bank declines, then payment.failed has the reason, and the buyer can try again", async () => {
    const orderId = await world.order();
    const { Checkout, click } = createPage(await script(), `${world.origin}/v1/checkout.js`);
    const paid = new Promise<unknown>((handler) => {
      const checkout = construct(Checkout, { key: KEY_ID, amount: 50_000, order_id: orderId, handler });
      checkout.on("payment.failed", (answer) => {
        expect(answer).toMatchObject({
          error: { reason: "payment_failed", metadata: { order_id: orderId } },
        });
        click("razorpay-success");
      });
      checkout.open();
      click("razorpay-fail");
    });
    await paid;
    expect(world.control.paymentsOf(orderId).map(({ status }) => status)).toEqual(["failed", "captured"]);
  });

  test("When the dialog is closed, then ondismiss is called", async () => {
    const { Checkout, click } = createPage(await script(), `${world.origin}/v1/checkout.js`);
    await new Promise<void>((ondismiss) => {
      construct(Checkout, { key: KEY_ID, amount: 1, order_id: "order_x", modal: { ondismiss } }).open();
      click("razorpay-close");
    });
  });

  test("When there is a callback_url with redirect, then the fields are posted there", async () => {
    const orderId = await world.order();
    const { Checkout, click, posted } = createPage(await script(), `${world.origin}/v1/checkout.js`);
    const options = { key: KEY_ID, amount: 50_000, order_id: orderId, callback_url: "/back", redirect: true };
    construct(Checkout, options).open();
    click("razorpay-success");
    while (posted.length === 0) await new Promise(setImmediate);
    expect(Object.keys(posted[0] ?? {})).toEqual([
      "razorpay_payment_id",
      "razorpay_order_id",
      "razorpay_signature",
    ]);
  });

  test("When the script runs on the shop's page, then its endpoint allows the origin; the REST API does not", async () => {
    const { response } = await payJson(await world.order(), { method: "upi", outcome: "success" });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect((await world.call("GET", "/v1/orders")).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("When key or amount are wrong, then Checkout refuses", async () => {
    const orderId = await world.order();
    const attempt = { method: "upi", outcome: "success" };
    const wrongKey = await payJson(orderId, { ...attempt, key: "rzp_test_Another0000001" });
    expect(wrongKey.error?.description).toBe("The id provided does not exist");
    const wrongAmount = await payJson(orderId, { ...attempt, key: KEY_ID, amount: 100 });
    expect(wrongAmount.error?.reason).toBe("order_amount_mismatch");
    await payJson(orderId, attempt);
    expect((await payJson(orderId, attempt)).error?.reason).toBe("order_already_paid");
  });
});

describe("the page", () => {
  const form = (orderId: string, fields: Record<string, string>, accept = "text/html") =>
    fetch(`${world.origin}/checkout/${orderId}`, {
      method: "POST",
      headers: { Accept: accept },
      body: new URLSearchParams(fields),
    });

  test("When the page is opened, then it offers methods and outcomes, and escapes what it shows", async () => {
    const orderId = await world.order(50_000, { receipt: "<b>&'\"" });
    const html = await (await fetch(`${world.origin}/checkout/${orderId}?callback_url=http://shop/a`)).text();
    expect(html).toContain(`<dd id="order_id">${orderId}</dd>`);
    expect(html).toContain("&lt;b&gt;&amp;&#39;&quot;");
    for (const value of [...PAYMENT_METHODS, ...OUTCOMES]) expect(html).toContain(`value="${value}"`);
    expect(html).toContain("₹500.00");
    expect(html).toContain("Test mode.");
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(html).toContain('name="callback_url" value="http://shop/a"');
  });

  test("When the form is sent with curl, then the ids and the signature are returned", async () => {
    const orderId = await world.order();
    const html = await (await form(orderId, { method: "card", outcome: "success" })).text();
    const [payment] = world.control.paymentsOf(orderId);
    expect(html).toContain(payment?.id);
    expect(html).toContain(world.control.signCheckout(orderId, payment?.id ?? ""));
  });

  test.each([
    ["success", "Payment successful"],
    ["authorize_only", "Payment successful"],
    ["fail", "Payment failed"],
    ["cancel", "Payment failed"],
    ["late", "Payment failed"],
    ["pending", "Payment pending"],
  ])("When the buyer chooses %s, then the result page says: %s", async (outcome, heading) => {
    const html = await (await form(await world.order(), { method: "upi", outcome })).text();
    expect(html).toContain(`role="status">${heading}</h1>`);
    expect(html.includes("Try again")).toBe(heading === "Payment failed");
  });

  test("When the order is paid, then the page says so and offers no second payment", async () => {
    const orderId = await world.order();
    await form(orderId, { method: "upi", outcome: "success" });
    const html = await (await fetch(`${world.origin}/checkout/${orderId}`)).text();
    expect(html).toContain("This order is paid");
    expect(html).not.toContain("<form");
  });

  test("When JSON is accepted, then the answer is JSON", async () => {
    const orderId = await world.order();
    const answer = await form(orderId, { method: "card", outcome: "cancel" }, "application/json");
    expect(await answer.json()).toMatchObject({ error: { reason: "payment_cancelled" } });
  });

  test("When a callback URL is given, then the result page posts there, failures as error[…]", async () => {
    const fields = { method: "card", outcome: "fail", callback_url: "https://shop.example/back?a=1&b=2" };
    const html = await (await form(await world.order(), fields)).text();
    expect(html).toContain('action="https://shop.example/back?a=1&amp;b=2"');
    expect(html).toContain('name="error[reason]" value="payment_failed"');
  });

  test("When the fields are invalid, then the answer is 400", async () => {
    expect((await form(await world.order(), { method: "cash", outcome: "success" })).status).toBe(400);
    const script = { method: "card", outcome: "success", callback_url: "javascript:alert(1)" };
    expect((await form(await world.order(), script)).status).toBe(400);
    expect((await form("order_AAAAAAAAAAAAAA", { method: "card", outcome: "success" })).status).toBe(400);
  });
});
