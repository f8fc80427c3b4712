import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, done, PLACES, refused, useShop } from "../checkout/shop-world.js";

useFailPoints();

const { variants, users } = SEED;
const shop = useShop();
const control = () => shop().sandbox.control;
const sessionOf = ({ as }: Buyer): string => ("sessionId" in as ? as.sessionId : "");

const merge = (guest: Buyer, customer: Buyer = shop().customer()) =>
  shop().call("post", "/api/cart/merge", {
    as: customer.as,
    headers: { "X-Session-Id": sessionOf(guest) },
  });

/** The same person after login: the customer, in the guest's checkout. */
function loggedIn(guest: Buyer): Buyer {
  const customer = shop().customer();
  customer.id = guest.id;
  return customer;
}

const ownersOf = async ({ stored }: Buyer) => {
  const [session, order, payments, refunds] = await Promise.all([
    stored.session(),
    stored.order(),
    stored.payments(),
    stored.refunds(),
  ]);
  return [session, order, ...payments, ...refunds].filter((row) => row !== null).map(({ userId }) => userId);
};

const assignments = async ({ stored }: Buyer) =>
  (await stored.history()).filter(({ statusType }) => statusType === "owner");

/** Every read of an order, with the status of its response. */
async function readAll(buyer: Buyer, orderNumber: string, paymentId: string): Promise<number[]> {
  const paths = [
    ...["", "/confirmation", "/timeline"].map((part) => `/api/orders/${orderNumber}${part}`),
    `/api/payments/${paymentId}`,
    `/api/checkout/${buyer.id}`,
  ];
  return Promise.all(paths.map(async (path) => (await buyer.get(path)).status));
}

const listed = async (buyer: Buyer): Promise<string[]> =>
  done(await buyer.get("/api/orders")).items.map(({ orderNumber }: { orderNumber: string }) => orderNumber);

describe("orders of the guest", () => {
  test("When the guest logs in, then order, payment and checkout belong to the customer, and the guest id reads nothing", async () => {
    const guest = shop().guest();
    const { orderNumber, payment } = await guest.buy({}, "upi");
    expect(await readAll(guest, orderNumber, payment.id)).not.toContain(404);
    const { body } = await merge(guest);
    expect(body.data).toMatchObject({ merged: false });

    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
    const customer = loggedIn(guest);
    expect(await readAll(customer, orderNumber, payment.id)).toEqual(Array(5).fill(200));
    expect(await listed(customer)).toContain(orderNumber);
    expect(await readAll(guest, orderNumber, payment.id)).toEqual(Array(5).fill(404));
    expect(await listed(guest)).toEqual([]);
    refused(await guest.order(), 404, "CHECKOUT_NOT_FOUND");
  });

  test("When the order is assigned, then its history has one entry for it, however often the merge is repeated", async () => {
    const guest = shop().guest();
    const { orderNumber } = await guest.buy();
    await Promise.all(Array.from({ length: 4 }, () => merge(guest)));
    done(await merge(guest));
    expect(await assignments(guest)).toEqual([
      expect.objectContaining({
        fromStatus: null,
        toStatus: "customer",
        note: "Assigned to the customer at login",
        changedByType: "customer",
        changedById: users.asha,
      }),
    ]);
    const { events } = done(await loggedIn(guest).get(`/api/orders/${orderNumber}/timeline`));
    expect(events).toContainEqual(expect.objectContaining({ type: "owner", from: null, to: "customer" }));
  });

  test("When another customer uses the guest id later, then the orders stay with the first", async () => {
    const guest = shop().guest();
    await guest.buy();
    done(await merge(guest));
    done(await merge(guest, shop().customer("bharat")));
    expect(new Set(await ownersOf(guest))).toEqual(new Set([users.asha]));
  });

  test("When another guest has orders, then they stay that guest's", async () => {
    const [guest, other] = [shop().guest(), shop().guest()];
    await guest.buy();
    const { orderNumber } = await other.buy();
    done(await merge(guest));
    expect(await listed(other)).toEqual([orderNumber]);
    expect(await ownersOf(other)).toEqual([undefined, undefined, undefined]);
  });

  test("When the guest has many orders and refunds, then all are assigned", async () => {
    const guest = shop().guest();
    const first = await guest.buy();
    const firstId = new Types.ObjectId(guest.id);
    const refund = { refundNumber: "REF-2026-999999", orderId: firstId, checkoutSessionId: firstId };
    await shop().db.collection("refunds").insertOne(refund);
    const second = await guest.buy();
    done(await merge(guest));
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
    expect(await shop().db.collection("refunds").findOne(refund)).toMatchObject({ userId: users.asha });
    expect(await listed(shop().customer())).toEqual(
      expect.arrayContaining([first.orderNumber, second.orderNumber]),
    );
    await shop().db.collection("refunds").deleteOne(refund);
  });

  test("When the customer follows the link in the mail, then it still opens the order", async () => {
    const guest = shop().guest();
    const { orderNumber } = await guest.buy();
    await shop().settle();
    const mail = control()
      .engagement.notifications()
      .find(({ data }) => data.orderNumber === orderNumber);
    const token = new URL(String(mail?.data.link)).searchParams.get("token");
    done(await merge(guest));
    const answer = await shop().call("get", `/api/orders/${orderNumber}?token=${token}`);
    expect(done(answer).orderNumber).toBe(orderNumber);
  });

  test("When the guest id stays in use, then its next order belongs to the guest until the next login", async () => {
    const guest = shop().guest();
    await guest.buy();
    done(await merge(guest));
    const { orderNumber } = await guest.buy();
    expect(await listed(guest)).toEqual([orderNumber]);
    done(await merge(guest));
    expect(await listed(guest)).toEqual([]);
  });
});

describe("failures and races", () => {
  test("When the database refuses one of the writes, then nothing is assigned, and the next merge assigns all", async () => {
    const guest = shop().guest();
    await guest.buy({}, "upi");
    await setFailPoint(shop().db.admin(), {
      mode: { times: 1 },
      data: {
        failCommands: ["update"],
        namespace: `${shop().db.databaseName}.payments`,
        errorCode: 8000,
      },
    });
    expect((await merge(guest)).status).toBeGreaterThanOrEqual(500);
    await clearFailPoint();
    expect(await ownersOf(guest)).toEqual([undefined, undefined, undefined]);
    expect(await assignments(guest)).toEqual([]);
    done(await merge(guest));
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
  });

  /** A guest whose checkout expired while the gateway's window was open. */
  async function withLateWindow() {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const guest = shop().guest();
    const { gateway } = await guest.open();
    await guest.letExpire(20);
    await shop().runJob("checkout-cleanup");
    return { guest, gateway };
  }

  /** A guest with a late window who now has another cart. */
  async function withExpiredCheckout() {
    const { guest, gateway } = await withLateWindow();
    done(await shop().call("delete", "/api/cart", { as: guest.as }));
    done(await guest.add(variants.kajal));
    return { guest, gateway };
  }

  /** The next placement waits in its call to the inventory. */
  async function whilePlacing<T>(begin: () => Promise<T>, work: () => Promise<void>): Promise<T> {
    const { faults } = control();
    const { id } = faults.add({
      service: "inventory",
      match: "convert",
      action: "delay",
      delayMs: 1_500,
      times: 1,
    });
    const placing = begin();
    await eventually("the placement waits", async () =>
      faults.list().some((row) => row.id === id && row.hits > 0),
    );
    await work();
    return placing;
  }

  test("When the order of the guest's cart is being placed, then 409, and the repeated merge assigns it", async () => {
    const guest = shop().guest();
    await guest.open({}, "cod");
    const placed = await whilePlacing(
      () => guest.order(),
      async () => void refused(await merge(guest), 409, "PLACEMENT_IN_PROGRESS"),
    );
    expect(placed.status).toBe(201);
    expect(await ownersOf(guest)).toEqual([undefined, undefined, undefined]);
    done(await merge(guest));
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
  });

  test("When the order of a late payment is being placed, then it is the customer's too", async () => {
    const { guest, gateway } = await withExpiredCheckout();
    done(await guest.verify(guest.pay(gateway.orderId)));
    await whilePlacing(
      () => guest.order(),
      async () => {
        expect(done(await merge(guest)).merged).toBe(true);
        // The merge has revoked the claim of the placement that began for the guest; another one finishes it.
        await shop().runJob("placement-recovery");
      },
    );
    await shop().runJob("placement-recovery");
    expect(await guest.stored.session()).toMatchObject({ status: "completed", placement: null });
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
    expect(await assignments(guest)).toEqual([]);
    expect(await control().inventory.ledger({ orderId: guest.id, type: "converted" })).toHaveLength(1);
  });

  test("When the cart that is paid late was merged at login, then its order is placed for the customer", async () => {
    const { guest, gateway } = await withLateWindow();
    expect(done(await merge(guest)).merged).toBe(true);
    const customer = loggedIn(guest);
    done(await customer.verify(customer.pay(gateway.orderId)));
    expect((await customer.order()).status).toBe(201);
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
    expect(await guest.stored.cart()).toMatchObject({ status: "converted", convertedOrderId: null });
    expect(done(await customer.get("/api/cart"))).toMatchObject({ status: "active", itemCount: 1 });
  });

  test("When the merged cart is ordered before the late payment, then it is not ordered twice, and the payment is refunded", async () => {
    const { guest, gateway } = await withLateWindow();
    expect(done(await merge(guest)).merged).toBe(true);
    const second = shop().customer();
    done(await second.start());
    done(await second.put("shipping-address", PLACES.bengaluru));
    done(await second.put("shipping-method", { shippingMethodId: "standard" }));
    done(await second.choose("cod"));
    const customer = loggedIn(guest);
    done(await customer.verify(customer.pay(gateway.orderId)));
    const placed = await whilePlacing(
      () => second.order(),
      async () => void refused(await customer.order(), 409, "PLACEMENT_IN_PROGRESS"),
    );
    expect(placed.status).toBe(201);
    refused(await customer.order(), 409, "CHECKOUT_FAILED");
    expect(await customer.stored.order()).toBeNull();
    expect(await customer.stored.refunds()).toMatchObject([{ systemReason: "undo" }]);
  });

  test("When a checkout expired and is paid after login, then its order is the customer's", async () => {
    const { guest, gateway } = await withExpiredCheckout();
    done(await merge(guest));
    const customer = loggedIn(guest);
    done(await customer.verify(customer.pay(gateway.orderId)));
    expect((await customer.order()).status).toBe(201);
    expect(await ownersOf(guest)).toEqual([users.asha, users.asha, users.asha]);
  });
});
