import { beginTrace, continueTrace, toTraceparent } from "../../../utils/trace-context.js";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID = "00f067aa0ba902b7";
const header = `00-${TRACE_ID}-${PARENT_ID}-01`;

describe("The header traceparent", () => {
  test("When it is valid, then the trace goes on under a span of its own", () => {
    const trace = continueTrace(header);
    expect(trace).toEqual({ traceId: TRACE_ID, spanId: expect.stringMatching(/^[\da-f]{16}$/), flags: "01" });
    expect(trace.spanId).not.toBe(PARENT_ID);
    expect(toTraceparent(trace)).toBe(`00-${TRACE_ID}-${trace.spanId}-01`);
  });

  test.each([
    ["not recorded", `00-${TRACE_ID}-${PARENT_ID}-00`, "00"],
    ["flags that are not known", `00-${TRACE_ID}-${PARENT_ID}-fd`, "01"],
    ["a later version", `cc-${TRACE_ID}-${PARENT_ID}-01`, "01"],
    ["a later version with more fields", `cc-${TRACE_ID}-${PARENT_ID}-01-what-the-future-will-be`, "01"],
  ])("When it says: %s, then the trace goes on", (_name, given, flags) => {
    expect(continueTrace(given)).toMatchObject({ traceId: TRACE_ID, flags });
  });

  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["sent twice", `${header}, ${header}`],
    ["in capitals", header.toUpperCase()],
    ["of a forbidden version", `ff-${TRACE_ID}-${PARENT_ID}-01`],
    ["longer than its version allows", `${header}-00`],
    ["longer without a separator", `cc-${TRACE_ID}-${PARENT_ID}-01.x`],
    ["without a trace", `00-${"0".repeat(32)}-${PARENT_ID}-01`],
    ["without a parent", `00-${TRACE_ID}-${"0".repeat(16)}-01`],
    ["too short", `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`],
    ["followed by a line break", `${header}\n`],
  ])("When it is %s, then a new trace begins", (_name, given) => {
    const trace = continueTrace(given);
    expect(trace.traceId).not.toBe(TRACE_ID);
    expect(toTraceparent(trace)).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
  });

  test("When traces begin, then each has other ids", () => {
    expect(new Set(Array.from({ length: 50 }, () => beginTrace().traceId)).size).toBe(50);
  });
});
