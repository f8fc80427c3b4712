import { createRazorpaySimulator } from "../../../scripts/sandbox/razorpay/index.js";
import { KEY_ID, KEY_SECRET, refusal, useWorld } from "./harness.js";

const world = useWorld();

const basic = (key: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`,
});

describe("keys", () => {
  test("When the secret is wrong, then the answer is 401 with the gateway's text", async () => {
    const answer = await world.call("GET", "/v1/orders", undefined, basic(KEY_ID, "wrong"));
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      error: {
        code: "BAD_REQUEST_ERROR",
        description: "Authentication failed",
        source: "NA",
        step: "NA",
        reason: "NA",
        metadata: {},
      },
    });
  });

  test("When no credentials or a live key are sent, then the answer is 401", async () => {
    expect((await world.call("GET", "/v1/orders", undefined, { Authorization: "" })).status).toBe(401);
    const live = basic("rzp_live_Contract000001", KEY_SECRET);
    expect((await world.call("GET", "/v1/orders", undefined, live)).status).toBe(401);
  });

  test("When the simulator gets a live key, then it refuses to start", () => {
    const options = { keySecret: "s", webhookSecret: "w", webhookUrls: [] };
    expect(() => createRazorpaySimulator({ ...options, keyId: "rzp_live_Contract000001" })).toThrow(
      "rzp_test_",
    );
  });
});

describe("addresses", () => {
  test.each([
    ["GET", "/v1/nothing"],
    ["DELETE", "/v1/orders"],
    ["POST", "/v1/payments"],
  ])("When %s %s is called, then the answer is 400 and not 404", async (method, path) => {
    expect(refusal(await world.call(method, path))).toEqual([
      400,
      "The requested URL was not found on the server.",
    ]);
  });

  test.each([
    "orders/order_x",
    "orders/pay_AAAAAAAAAAAAAA",
    "payments/pay_short",
    "refunds/rfnd_!!!!!!!!!!!!!!",
  ])("When the id of %s is malformed, then the gateway says so", async (path) => {
    const id = decodeURIComponent(path.split("/")[1] ?? "");
    expect(refusal(await world.call("GET", `/v1/${path}`))).toEqual([400, `${id} is not a valid id`]);
  });

  test.each(["orders/order_", "payments/pay_", "refunds/rfnd_", "settlements/setl_", "disputes/disp_"])(
    "When %s… does not exist, then 400 and not 404",
    async (path) => {
      const answer = await world.call("GET", `/v1/${path}AAAAAAAAAAAAAA`);
      expect(refusal(answer)).toEqual([400, "The id provided does not exist"]);
    },
  );

  test("When the body is not JSON, then the answer is 400", async () => {
    expect((await world.call("POST", "/v1/orders", "{amount:")).status).toBe(400);
  });
});

describe("orders", () => {
  test("When an order is created, then the answer is 200 with the documented shape and notes []", async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, body } = await world.call("POST", "/v1/orders", {
      amount: 50_000,
      currency: "INR",
      receipt: "SV-1",
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^order_[A-Za-z0-9]{14}$/),
      entity: "order",
      amount: 50_000,
      amount_paid: 0,
      amount_due: 50_000,
      currency: "INR",
      receipt: "SV-1",
      offer_id: null,
      status: "created",
      attempts: 0,
      notes: [],
      created_at: expect.any(Number),
    });
    expect(Number(body.created_at)).toBeGreaterThanOrEqual(before);
    expect((await world.call("GET", `/v1/orders/${body.id}`)).body).toEqual(body);
  });

  test.each([
    [{ amount: 99, currency: "INR" }, "The amount must be at least INR 1.00"],
    [{ amount: 1_000_000_001, currency: "INR" }, "Amount exceeds maximum amount allowed."],
    [{ amount: 100.5, currency: "INR" }, "The amount must be an integer."],
    [{ amount: "500", currency: "INR" }, "The amount must be an integer."],
    [{ currency: "INR" }, "The amount field is required."],
    [{ amount: 500 }, "The currency field is required."],
    [{ amount: 500, currency: "INR", colour: 1 }, "colour is/are not required and should not be sent"],
    [
      { amount: 500, currency: "INR", receipt: "r".repeat(41) },
      "The receipt may not be greater than 40 characters.",
    ],
    [
      // 14 letters of 3 bytes each.
      { amount: 500, currency: "INR", receipt: "क".repeat(14) },
      "The receipt may not be greater than 40 characters.",
    ],
    [
      { amount: 500, currency: "INR", payment: { capture_options: { manual_expiry_period: 7201 } } },
      "The manual expiry period may not be greater than 7200.",
    ],
    [
      { amount: 500, currency: "INR", payment: { capture_options: { automatic_expiry_period: 11 } } },
      "The automatic expiry period must be at least 12.",
    ],
    [
      {
        amount: 500,
        currency: "INR",
        notes: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, "x"])),
      },
      "Number of fields in notes should be less than or equal to 15.",
    ],
    [
      { amount: 500, currency: "INR", notes: { long: "x".repeat(257) } },
      "The notes.long may not be greater than 256 characters.",
    ],
    [
      { amount: 500, currency: "INR", notes: { long: "क".repeat(86) } },
      "The notes.long may not be greater than 256 characters.",
    ],
  ])("When %j is sent, then it is refused with: %s", async (body, description) => {
    expect(refusal(await world.call("POST", "/v1/orders", body))).toEqual([400, description]);
  });

  test("When the amount is too small, then the error names field, source, step and reason", async () => {
    const { body } = await world.call("POST", "/v1/orders", { amount: 99, currency: "INR" });
    expect(body.error).toMatchObject({
      code: "BAD_REQUEST_ERROR",
      field: "amount",
      source: "business",
      step: "payment_initiation",
      reason: "input_validation_failed",
    });
  });

  test("When an extra field is sent, then the reason is extra_field_sent", async () => {
    const { body } = await world.call("POST", "/v1/orders", { amount: 500, currency: "INR", colour: 1 });
    expect(body.error?.reason).toBe("extra_field_sent");
  });

  test("When notes contain an emoji, then the answer is 500", async () => {
    const answer = await world.call("POST", "/v1/orders", {
      amount: 500,
      currency: "INR",
      notes: { a: "🎁" },
    });
    expect(refusal(answer)).toEqual([
      500,
      "We are facing some trouble completing your request at the moment. Please try again shortly.",
    ]);
    expect(answer.body.error?.code).toBe("SERVER_ERROR");
  });

  test("When a receipt is repeated, then there are two orders; with unique_receipt there is one", async () => {
    const twice = { receipt: "R-1" };
    expect(await world.order(500, twice)).not.toBe(await world.order(500, twice));
    const unique = { receipt: "R-2", unique_receipt: true };
    expect(await world.order(500, unique)).toBe(await world.order(500, unique));
  });

  test("When orders are filtered by receipt, then exactly those are returned, newest first", async () => {
    const first = await world.order(500, { receipt: "R-1" });
    const second = await world.order(600, { receipt: "R-1" });
    await world.order(700, { receipt: "R-2" });
    const { body } = await world.call("GET", "/v1/orders?receipt=R-1");
    expect(body).toMatchObject({ entity: "collection", count: 2 });
    expect(body.items?.map(({ id }) => id)).toEqual([second, first]);
    expect((await world.call("GET", "/v1/orders?receipt=none")).body).toEqual({
      entity: "collection",
      count: 0,
      items: [],
    });
  });

  test("When an order is edited, then only its notes can change", async () => {
    const id = await world.order();
    const edited = await world.call("PATCH", `/v1/orders/${id}`, { notes: { a: "b" } });
    expect(edited.body).toMatchObject({ id, notes: { a: "b" } });
    expect(refusal(await world.call("PATCH", `/v1/orders/${id}`, { amount: 1 }))).toEqual([
      400,
      "amount is/are not required and should not be sent",
    ]);
  });
});

describe("lists", () => {
  test.each([
    ["count=0", "The count must be at least 1."],
    ["count=101", "The count may not be greater than 100."],
    ["skip=-1", "The skip must be at least 0."],
    ["from=1767225600000", "from must be between 946684800 and 4765046400"],
    ["to=5", "to must be between 946684800 and 4765046400"],
    ["from=1767225600.5", "The from must be an integer."],
    ["from=2026-01-01T00:00:00.000Z", "The from must be an integer."],
  ])("When a list is requested with %s, then it is refused", async (query, description) => {
    for (const path of ["orders", "payments", "refunds", "settlements", "disputes"]) {
      expect(refusal(await world.call("GET", `/v1/${path}?${query}`))).toEqual([400, description]);
    }
  });

  test("When there is more than one page, then skip reaches all rows, newest first", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 13; index += 1) ids.unshift(await world.order());
    expect((await world.call("GET", "/v1/orders")).body.count).toBe(10);
    const pages = [0, 5, 10].map((skip) => world.call("GET", `/v1/orders?count=5&skip=${skip}`));
    const items = (await Promise.all(pages)).flatMap(({ body }) => body.items ?? []);
    expect(items.map(({ id }) => id)).toEqual(ids);
  });

  test("When from and to are given, then the range includes both", async () => {
    await world.order();
    world.control.advance(100);
    const middle = await world.order();
    const at = Math.floor(world.control.now() / 1000);
    world.control.advance(100);
    await world.order();
    const { body } = await world.call("GET", `/v1/orders?from=${at - 1}&to=${at + 1}`);
    expect(body.items?.map(({ id }) => id)).toEqual([middle]);
  });

  test("When lists lag, then point reads and the order's payments do not", async () => {
    world.control.configure({ listLagSeconds: 300 });
    const orderId = await world.order(500, { receipt: "R-9" });
    const { paymentId } = world.control.pay(orderId, { method: "upi", outcome: "success" });
    expect((await world.call("GET", "/v1/orders?receipt=R-9")).body.count).toBe(0);
    expect((await world.call("GET", "/v1/payments")).body.count).toBe(0);
    expect((await world.call("GET", `/v1/payments/${paymentId}`)).status).toBe(200);
    expect((await world.call("GET", `/v1/orders/${orderId}/payments`)).body.count).toBe(1);
    world.control.advance(301);
    expect((await world.call("GET", "/v1/payments")).body.count).toBe(1);
  });

  test("When authorized=1 is given, then only orders with an authorised payment are returned", async () => {
    const waiting = await world.order();
    await world.order();
    world.control.pay(waiting, { method: "card", outcome: "authorize_only" });
    const { body } = await world.call("GET", "/v1/orders?authorized=1");
    expect(body.items?.map(({ id }) => id)).toEqual([waiting]);
    expect((await world.call("GET", "/v1/orders?authorized=0")).body.count).toBe(1);
  });

  test("When expand[]=payments.card is given, then payments include their card; expand[expand] does nothing", async () => {
    const orderId = await world.order();
    const { paymentId } = world.control.pay(orderId, { method: "card", outcome: "success" });
    const { body } = await world.call("GET", "/v1/orders?expand[]=payments.card");
    expect(body.items?.[0]).toMatchObject({ payments: { count: 1, items: [{ card: { last4: "1007" } }] } });
    const expanded = await world.call("GET", `/v1/payments/${paymentId}?expand[]=card`);
    expect(expanded.body).toMatchObject({ card: { entity: "card", network: "Visa" } });
    const misspelt = await world.call("GET", `/v1/payments/${paymentId}?expand[expand]=card`);
    expect(misspelt.body).not.toHaveProperty("card");
    expect(world.control.warnings()).toHaveLength(1);
  });
});
