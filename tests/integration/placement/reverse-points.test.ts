import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { startWorld, type World } from "../../support/world.js";

/** D37, `domain.md` §5.2 step 4: what a refused placement took is given back at once, and once more later. */
let world: World;
let orderId: Types.ObjectId;

const POINTS = 40;
const PAISE_A_POINT = 25;
const userId = SEED.users.bharat;
const pointsNow = () => world.sandbox.control.engagement.points(userId);

const load = async () => ({
  ...(await import("../../../services/integrations/engagement-integration.service.js")),
  ...(await import("../../../services/flows/effects/reverse-placement.effect.js")),
});

async function redeem(): Promise<void> {
  const { redeemLoyalty } = await load();
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

test("When a placement that took points is reversed twice, then they are given back once", async () => {
  const { reversePoints } = await load();
  const before = pointsNow();
  await redeem();
  await reversePoints(orderId, "first");
  expect(pointsNow()).toBe(before);
  await reversePoints(orderId, "second");
  expect(pointsNow()).toBe(before);
});

test("When a frozen process takes the points after the first reversal, then the second gives them back", async () => {
  const { reversePoints } = await load();
  const before = pointsNow();
  await redeem();
  await reversePoints(orderId, "first");
  await redeem();
  expect(pointsNow()).toBe(before - POINTS);
  await reversePoints(orderId, "second");
  await reversePoints(orderId, "second");
  expect(pointsNow()).toBe(before);
});

test("When nothing was taken, then nothing is given", async () => {
  const { reversePoints } = await load();
  const before = pointsNow();
  await reversePoints(orderId, "first");
  expect(pointsNow()).toBe(before);
});
