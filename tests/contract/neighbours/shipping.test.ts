import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { inParallel, useNeighbours } from "./harness.js";

const world = useNeighbours();
const { pincodes } = SEED;

const pincode = async (code: string) =>
  (await world.call.shipping.get(`/api/pincode/${code}/serviceability`)).body.data;
const methods = async (code: string, weightGrams: number, orderValue: number) => {
  const body = { destination: { pincode: code, state: "Any", country: "IN" }, weightGrams, orderValue };
  return (await world.call.shipping.post("/api/shipping-methods/calculate", body)).body.data.methods;
};
const shipment = {
  orderId: "order-1",
  orderNumber: "ORD-2026-000001",
  items: [{ variantId: SEED.variants.kajal, sku: "KAJ-3G", quantity: 1 }],
  address: { name: "Asha", city: "Mumbai", pincode: pincodes.mumbai },
  methodId: "standard",
  codAmount: 0,
};
const ship = (key?: string) => world.call.shipping.post("/api/shipments", shipment, key);

describe("Shipping: serviceability and methods", () => {
  test.each([
    [pincodes.bengaluru, "Karnataka", "Bengaluru"],
    [pincodes.mumbai, "Maharashtra", "Mumbai"],
    [pincodes.delhi, "Delhi", "New Delhi"],
    [pincodes.chandigarh, "Chandigarh", "Chandigarh"],
    ["160055", "Punjab", "Chandigarh"],
    ["605003", "Puducherry", "Puducherry"],
    ["607402", "Puducherry", "Puducherry"],
    ["799001", "Tripura", "Tripura"],
  ])("When %s is checked, then it is in %s", async (code, state, city) => {
    expect(await pincode(code)).toMatchObject({ pincode: code, serviceable: true, state, city });
  });

  test("When a pincode has no delivery, no cash on delivery or is unknown, then the answer says so", async () => {
    expect(await pincode(pincodes.noCod)).toMatchObject({ serviceable: true, codAvailable: false });
    expect(await pincode(pincodes.unserviceable)).toMatchObject({ serviceable: false, state: "Lakshadweep" });
    expect(await pincode(pincodes.unknown)).toMatchObject({ serviceable: false, codAvailable: false });
    expect((await world.call.shipping.get("/api/pincode/012345/serviceability")).status).toBe(400);
  });

  test("When methods are calculated, then weight, value and place decide", async () => {
    expect(await methods(pincodes.mumbai, 500, 998)).toMatchObject([
      { id: "standard", rate: 49, codFee: 40, isCodAvailable: true },
      { id: "express", rate: 99 },
    ]);
    expect(await methods(pincodes.mumbai, 1_001, 999)).toMatchObject([
      { id: "standard", rate: 0 },
      { id: "express", rate: 169 },
    ]);
    expect(await methods(pincodes.bengaluru, 500, 998)).toMatchObject([
      {},
      {},
      { id: "same-day", codFee: 0 },
    ]);
    expect(await methods(pincodes.noCod, 500, 998)).toMatchObject([
      { id: "standard", isCodAvailable: false },
    ]);
    expect(await methods(pincodes.unserviceable, 500, 998)).toEqual([]);
  });

  test("When a pincode is overridden, then the override applies", async () => {
    world.sandbox.control.shipping.setPincode(pincodes.mumbai, { codAvailable: false });
    world.sandbox.control.shipping.setPincode(pincodes.delhi, { serviceable: false });
    expect(await pincode(pincodes.mumbai)).toMatchObject({ serviceable: true, codAvailable: false });
    expect(await pincode(pincodes.delhi)).toMatchObject({ serviceable: false });
  });
});

describe("Shipping: shipments", () => {
  test("When a shipment is booked, then it can be tracked, and an unknown one cannot", async () => {
    const { status, body } = await ship();
    expect(status).toBe(201);
    expect(body.data).toMatchObject({ status: "created", carrier: "Delhivery" });
    const path = `/api/shipments/${String(body.data.shipmentId)}/tracking`;
    expect((await world.call.shipping.get(path)).body.data).toMatchObject({
      ...body.data,
      events: [{ status: "created", location: "Bengaluru" }],
    });
    expect((await world.call.shipping.get("/api/shipments/shp_none/tracking")).status).toBe(404);
  });

  test("When one key books ten times at once, then there is one shipment", async () => {
    const replies = await inParallel(10, () => ship("order-1:shipment-1"));
    expect(new Set(replies.map((reply) => reply.body.data.shipmentId)).size).toBe(1);
    expect(world.sandbox.control.shipping.shipments("order-1")).toHaveLength(1);
  });

  test("When a pickup is requested, then there is one per return, with the given date and slot", async () => {
    const body = {
      returnId: "return-1",
      returnNumber: "RET-2026-000001",
      orderId: "order-1",
      items: [{ variantId: SEED.variants.kajal, quantity: 1 }],
      address: { pincode: pincodes.mumbai },
      slot: "14:00-18:00",
    };
    const first = await world.call.shipping.post("/api/shipments/return-pickup", body);
    expect(first.body.data).toMatchObject({ slot: "14:00-18:00", carrier: "Delhivery" });
    const second = await world.call.shipping.post("/api/shipments/return-pickup", body);
    expect(second.body.data).toEqual(first.body.data);
  });

  test("When the spelling is snake_case, then only the field names change", async () => {
    world.sandbox.control.shipping.setSpelling("snake_case");
    expect(await pincode(pincodes.mumbai)).toMatchObject({ cod_available: true, estimated_days_min: 2 });
  });
});

describe("Shipping: webhooks", () => {
  interface Received {
    path: string | undefined;
    signature: string | string[] | undefined;
    body: string;
  }
  let server: Server;
  let received: Received[];
  let answers: number[];

  beforeEach(async () => {
    received = [];
    answers = [];
    server = createServer((req, res) => {
      let body = "";
      req.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      req.on("end", () => {
        received.push({ path: req.url, signature: req.headers["x-signature"], body });
        res.statusCode = answers.shift() ?? 200;
        res.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    world.sandbox.setServiceUrl(`http://127.0.0.1:${port}`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const expectSigned = ({ body, signature }: Received, secret: string): void => {
    expect(signature).toBe(createHmac("sha256", secret).update(body).digest("hex"));
  };
  const createId = async (): Promise<string> => String((await ship()).body.data.shipmentId);
  const secret = () => world.sandbox.env.SHIPPING_WEBHOOK_SECRET ?? "";

  test("When a shipment moves, then a webhook is sent, signed over the raw body", async () => {
    const shipmentId = await createId();
    await world.sandbox.control.shipping.advance(shipmentId, "in_transit");
    expect(received).toHaveLength(1);
    const [first] = received;
    if (!first) throw new Error("nothing was received");
    expect(first.path).toBe("/api/webhooks/shipping");
    expectSigned(first, secret());
    expect(JSON.parse(first.body)).toEqual({
      eventId: expect.any(String),
      shipmentId,
      status: "in_transit",
      trackingNumber: expect.stringMatching(/^TRK/),
      at: expect.stringMatching(/Z$/),
    });
  });

  test("When the service answers an error, then the same event is retried", async () => {
    answers = [500, 503];
    await world.sandbox.control.shipping.advance(await createId(), "picked_up");
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(world.sandbox.control.shipping.deliveries().map((delivery) => delivery.responseStatus)).toEqual([
      500, 503, 200,
    ]);
  });

  test("When a shipment is completed, then a webhook is sent for each status in order", async () => {
    const shipmentId = await createId();
    await world.sandbox.control.shipping.complete(shipmentId);
    expect(received.map(({ body }) => JSON.parse(body).status)).toEqual([
      "picked_up",
      "in_transit",
      "out_for_delivery",
      "delivered",
    ]);
    const { body } = await world.call.shipping.get(`/api/shipments/${shipmentId}/tracking`);
    expect(body.data).toMatchObject({ status: "delivered" });
  });

  test("When duplicates, forged or unknown events are requested, then they are sent", async () => {
    const shipmentId = await createId();
    await world.sandbox.control.shipping.advance(shipmentId, "delivered", { times: 2 });
    await world.sandbox.control.shipping.sendWebhook(
      { shipmentId, status: "in_transit" },
      { secret: "wrong" },
    );
    await world.sandbox.control.shipping.advance(shipmentId, "returned_to_origin", { webhook: false });
    expect(received).toHaveLength(3);
    expect(received[0]?.body).toBe(received[1]?.body);
    expect(received[2]?.signature).not.toBe(
      createHmac("sha256", secret())
        .update(received[2]?.body ?? "")
        .digest("hex"),
    );
  });
});
