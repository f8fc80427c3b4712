import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { startWorld, type World } from "../../support/world.js";

/** The effects of a refused placement are reversed at once, and once more later. */
let world: World;
let orderId: Types.ObjectId;

const POINTS = 40;
const PAISE_A_POINT = 25;
const userId = SEED.users.bharat;
const pointsNow = () => world.sandbox.control.engagement.points(userId);

async function reversePoints(round: "first" | "second"): Promise<void> {
  const { placementReversals } = await import("../../../services/flows/place-order/undo.step.js");
  const points = placementReversals.find(({ name }) => name === "points");
  if (!points) throw new Error("points have no reversal");
  await points.reverse(orderId, round);
}

async function redeem(): Promise<void> {
  const { redeemLoyalty } = await import("../../../services/integrations/engagement-integration.service.js");
  const { rupeesToPaise } = await import("../../../utils/money.js");
  const expectedDiscount = rupeesToPaise((POINTS * PAISE_A_POINT) / 100);
  const taken = await redeemLoyalty({
    userId,
    orderId: orderId.toHexString(),
    points: POINTS,
    expectedDiscount,
  });
  expect(taken.success).toBe(true);
}

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  orderId = new Types.ObjectId();
  await world.db.collection("checkoutSessions").insertOne({
    _id: orderId,
    cartId: new Types.ObjectId(),
    userId,
    status: "failed",
    failureReason: "out_of_stock",
    loyaltyPoints: POINTS,
    loyaltyPointValue: PAISE_A_POINT,
    couponClaims: [],
    frozen: { totals: { loyaltyDiscount: POINTS * PAISE_A_POINT, storeCredit: 0 } },
  });
});

test("When a placement that took points is reversed twice, then they are returned once", async () => {
  const before = pointsNow();
  await redeem();
  await reversePoints("first");
  expect(pointsNow()).toBe(before);
  await reversePoints("second");
  expect(pointsNow()).toBe(before);
});

test("When a suspended process redeems the points after the first reversal, then the second returns them", async () => {
  const before = pointsNow();
  await redeem();
  await reversePoints("first");
  await redeem();
  expect(pointsNow()).toBe(before - POINTS);
  await reversePoints("second");
  await reversePoints("second");
  expect(pointsNow()).toBe(before);
});

test("When nothing was redeemed, then nothing is returned", async () => {
  const before = pointsNow();
  await reversePoints("first");
  expect(pointsNow()).toBe(before);
});

test("When there is an order after all, then nothing is returned", async () => {
  const before = pointsNow();
  await redeem();
  const orders = world.db.collection("orders");
  await orders.insertOne({ _id: orderId });
  try {
    await reversePoints("first");
    expect(pointsNow()).toBe(before - POINTS);
  } finally {
    await orders.deleteOne({ _id: orderId });
  }
  await reversePoints("first");
  expect(pointsNow()).toBe(before);
});
