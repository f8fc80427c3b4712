import {
  fulfillmentStatusOf,
  type LineUnits,
  lineStatusOf,
  movesTo,
  openUnits,
  provenStatusOf,
} from "../../../services/calculations/fulfilment.js";
import type { OrderStatus } from "../../../utils/constants.js";

/** ordered, cancelled, in shipments, shipped, delivered, sent back by the customer, returned to origin */
type Counts = readonly [number, number?, number?, number?, number?, number?, number?];

const line = ([quantity, ...counts]: Counts): LineUnits => {
  const [cancelled = 0, allocated = 0, fulfilled = 0, delivered = 0, returned = 0, toOrigin = 0] = counts;
  return {
    ...{ quantity, quantityCancelled: cancelled, quantityAllocated: allocated, quantityFulfilled: fulfilled },
    ...{ quantityDelivered: delivered, quantityReturned: returned, quantityReturnedToOrigin: toOrigin },
  };
};

test.each<[Counts, string, number]>([
  [[3], "pending", 3],
  [[3, 0, 2], "pending", 1],
  [[3, 0, 2, 2], "partially_fulfilled", 1],
  [[3, 1, 2, 2], "fulfilled", 0],
  [[3, 0, 3, 3, 3], "fulfilled", 0],
  [[3, 3], "cancelled", 0],
  [[3, 0, 3, 3, 3, 3], "returned", 0],
  [[3, 0, 3, 3, 2, 2, 1], "returned", 0],
  [[3, 1, 2, 2, 0, 0, 2], "returned", 0],
  [[3, 0, 3, 3, 3, 2], "fulfilled", 0],
])("When a line has the units %j, then it is %s with %i open", (counts, status, open) => {
  expect(lineStatusOf(line(counts))).toBe(status);
  expect(openUnits(line(counts))).toBe(open);
});

test.each<[Counts[], string, OrderStatus | null]>([
  [[[2], [3]], "unfulfilled", null],
  [[[2, 0, 1], [3]], "unfulfilled", "processing"],
  [[[2, 0, 2, 2], [3]], "partially_fulfilled", "processing"],
  [[[2, 0, 2, 2, 2], [3]], "partially_fulfilled", "processing"],
  [
    [
      [2, 0, 2, 2],
      [3, 0, 3, 3],
    ],
    "fulfilled",
    "shipped",
  ],
  // The rest of a partly shipped order was cancelled.
  [
    [
      [2, 0, 2, 2],
      [3, 3],
    ],
    "fulfilled",
    "shipped",
  ],
  [
    [
      [2, 0, 2, 2, 2],
      [3, 3],
    ],
    "fulfilled",
    "delivered",
  ],
  [
    [
      [2, 0, 2, 2, 2],
      [3, 0, 3, 3, 1],
    ],
    "fulfilled",
    "shipped",
  ],
  [
    [
      [2, 0, 2, 2, 2],
      [3, 0, 3, 3, 0, 0, 3],
    ],
    "fulfilled",
    "delivered",
  ],
  [
    [
      [2, 0, 2, 2, 0, 0, 2],
      [3, 0, 3, 3],
    ],
    "fulfilled",
    "shipped",
  ],
  [
    [
      [2, 0, 2, 2, 0, 0, 2],
      [3, 0, 3, 3, 0, 0, 3],
    ],
    "fulfilled",
    "returned",
  ],
  [
    [
      [2, 0, 2, 2, 0, 0, 2],
      [3, 3],
    ],
    "fulfilled",
    "returned",
  ],
  [[[2, 0, 2, 2, 0, 0, 2], [3]], "partially_fulfilled", "processing"],
  [
    [
      [2, 2],
      [3, 3],
    ],
    "unfulfilled",
    null,
  ],
])("When the lines have %j, then they are %s and prove %s", (counts, fulfilment, status) => {
  const lines = counts.map(line);
  expect(fulfillmentStatusOf(lines)).toBe(fulfilment);
  expect(provenStatusOf(lines)).toBe(status);
});

test.each<[OrderStatus, OrderStatus, OrderStatus[]]>([
  ["confirmed", "shipped", ["processing", "shipped"]],
  ["confirmed", "delivered", ["processing", "shipped", "delivered"]],
  ["processing", "returned", ["shipped", "returned"]],
  ["shipped", "shipped", []],
  ["delivered", "shipped", []],
  ["delivered", "returned", ["returned"]],
  ["cancelled", "shipped", []],
])("When an order moves from %s to %s, then it takes the steps %j", (from, to, moves) => {
  expect(movesTo(from, to)).toEqual(moves);
});
