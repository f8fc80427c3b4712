import { mergeEvents, type ParcelEvent } from "../../../services/calculations/tracking-events.js";

const event = (status: string, seconds: number, location: string | null = null): ParcelEvent => ({
  ...{ status, location, description: null },
  at: new Date(Date.UTC(2026, 0, 1) + seconds * 1_000),
});

test("When a webhook and the list report the same event, then it is kept once, with its location", () => {
  const known = [event("in_transit", 100)];
  const listed = [event("picked_up", 0, "Bengaluru"), event("in_transit", 101, "Pune")];
  expect(mergeEvents(known, listed)).toEqual([listed[0], listed[1]]);
  expect(mergeEvents(listed, known)).toEqual(listed);
});

test("When a status is reported again later, then both events are kept, oldest first", () => {
  const events = mergeEvents(
    [event("out_for_delivery", 5_000)],
    [event("out_for_delivery", 90_000), event("in_transit", 50)],
  );
  expect(events.map(({ status }) => status)).toEqual(["in_transit", "out_for_delivery", "out_for_delivery"]);
});

test("When a carrier repeats itself without end, then the newest 200 are kept", () => {
  const many = Array.from({ length: 300 }, (_, index) => event("in_transit", index * 120));
  const kept = mergeEvents([], many);
  expect(kept).toHaveLength(200);
  expect(kept.at(-1)).toEqual(many.at(-1));
});
