import { calculateGstinCheckCharacter, parseGstin } from "../../../utils/gst/gstin.js";
import { bpsToGstPercent, gstPercentToBps } from "../../../utils/gst/rate.js";

const withCheck = (body: string): string => body + calculateGstinCheckCharacter(body);

describe("parseGstin", () => {
  test("When the worked example comes in, then its parts come out", () => {
    expect(parseGstin("29AABCV4321K1Z7")).toEqual({
      ok: true,
      gstin: "29AABCV4321K1Z7",
      stateCode: "29",
      kind: "regular",
      isBusinessBuyer: true,
    });
  });

  test("When a genuine published GSTIN comes in, then its check character holds", () => {
    expect(parseGstin("27AAPFU0939F1ZV").ok).toBe(true);
    expect(parseGstin("27AASCS2460H1Z0").ok).toBe(true);
  });

  test("When it is typed in lower case with blanks around, then it is cleaned", () => {
    expect(parseGstin("  29aabcv4321k1z7\n")).toMatchObject({ ok: true, gstin: "29AABCV4321K1Z7" });
  });

  test.each([
    ["29AABCV4321K1Z", "regular", true],
    ["29AABCV4321KAZ", "regular", true],
    ["29AABCV4321K1E", "regular", true],
    ["29ABCD12345E1Z", "government", true],
    ["29ABCDE1234F1D", "tds", true],
    ["29ABCD11234F1D", "tds", true],
    ["29AABCV4321K1C", "tcs", true],
    ["0717USA00123UN", "uin", true],
    ["0717USA00123ON", "uin", true],
    ["2917USA00123NR", "non_resident", false],
    ["9917USA00123OS", "oidar", false],
  ])("When the format is that of %s…, then its kind is %s", (body, kind, isBusinessBuyer) => {
    // The check character of the government ID happens to be the digit that its format wants.
    expect(parseGstin(withCheck(body))).toMatchObject({
      ok: true,
      kind,
      stateCode: body.slice(0, 2),
      isBusinessBuyer,
    });
  });

  test.each([
    ["", "length"],
    ["29AABCV4321K1Z", "length"],
    ["29AABCV4321K1Z77", "length"],
    ["29 AABCV4321K1Z7", "length"],
    ["AA29BCV4321K1Z7", "format"],
    ["29AABCV4321K0Z7", "format"],
    ["29AAB1V4321K1Z7", "format"],
    ["29AABCV4321K1-7", "format"],
    ["29AABCV4321K1K7", "format"],
    [withCheck("00AABCV4321K1Z"), "state"],
    [withCheck("39AABCV4321K1Z"), "state"],
    [withCheck("96AABCV4321K1Z"), "state"],
    [withCheck("88AABCV4321K1Z"), "state"],
    ["29AABCV4321K1Z8", "check_character"],
    ["29AABVC4321K1Z7", "check_character"],
    ["29ABCDE1234F1Z5", "check_character"],
  ])("When %j comes in, then it is refused for its %s", (value, reason) => {
    expect(parseGstin(value)).toEqual({ ok: false, reason });
  });

  test.each(["25AABCV4321K1Z", "28AABCV4321K1Z", "97AABCV4321K1Z", "99AABCV4321K1Z"])(
    "When %s… begins with a legacy or special code, then it is accepted",
    (body) => {
      expect(parseGstin(withCheck(body))).toMatchObject({ ok: true, stateCode: body.slice(0, 2) });
    },
  );

  test("When any one character of a GSTIN changes, then it is refused", () => {
    const gstin = "29AABCV4321K1Z7";
    for (let index = 0; index < gstin.length; index += 1) {
      for (const replacement of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
        const changed = gstin.slice(0, index) + replacement + gstin.slice(index + 1);
        expect([changed, parseGstin(changed).ok]).toEqual([changed, changed === gstin]);
      }
    }
  });
});

describe("rates", () => {
  test.each([
    [0, 0],
    [0.07, 7],
    [0.25, 25],
    [0.29, 29],
    [1.5, 150],
    [5, 500],
    [18, 1800],
    [40, 4000],
    [100, 10_000],
  ])("When the rate is %d %%, then it is %d basis points, and back", (percent, basisPoints) => {
    expect(gstPercentToBps(percent)).toBe(basisPoints);
    expect(bpsToGstPercent(basisPoints)).toBe(percent);
  });

  test.each([-1, 100.01, 1800, 0.001, 5.125, Number.NaN, Number.POSITIVE_INFINITY])(
    "When the rate is %d %%, then it is refused",
    (percent) => {
      expect(() => gstPercentToBps(percent)).toThrow(RangeError);
    },
  );
});
