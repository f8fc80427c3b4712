import fc from "fast-check";
import {
  findStateOfPincode,
  isSharedPincode,
  isValidPincode,
  pincodeFitsState,
} from "../../../utils/gst/pincode.js";
import { CURRENT_STATES } from "../../../utils/gst/states.js";

/** Repeated from the official list, so that a mistake in the service's table shows. */
const RANGES =
  "110:07 121-136:06 140-152:03 160:04 171-177:02 180-193:01 194:38 201-245:09 246:05 247:09 248-249:05 250-261:09 262:05 263:05 271-285:09 301-345:08 360-396:24 400-402:27 403:30 410-445:27 450-488:23 490-497:22 500-509:36 515-535:37 560-591:29 600-643:33 670-695:32 700-736:19 737:11 741-743:19 744:35 751-770:21 781-788:18 790-792:12 793-794:17 795:14 796:15 797-798:13 799:16 800-813:10 814-818:20 821:10 822:20 823-824:10 825-835:20 841-855:10";
const EXCEPTIONS: readonly (readonly [string, string])[] = [
  ["03", "160055,160059,160062,160071,160103,160104"],
  ["05", "244712-244717,244720,247656,247658,247661,247663-247668,247670-247671"],
  ["09", "246701-246764,262001-262203,262302,262305,262406,262701-262908"],
  ["26", "362520,362540,362570,396210,396215,396220,396230,396235,396240"],
  ["34", "605001-605011,605013,605110,605502,607402-607403,609601-609607,609609,673310"],
  ["31", "682551-682559"],
  ["20", "813208"],
  ["10", "814131"],
  ["15", "791701"],
  ["37", "504346"],
];

describe("findStateOfPincode", () => {
  test.each(RANGES.split(" "))("When the prefix lies in %s, then its ends do", (entry) => {
    const [range = "", code] = entry.split(":");
    const [first = "", last = first] = range.split("-");
    // No exception ends in 999.
    expect(findStateOfPincode(`${first}999`)).toBe(code);
    expect(findStateOfPincode(`${last}999`)).toBe(code);
  });

  const exceptionCases = EXCEPTIONS.flatMap(([code, list]) => list.split(",").map((range) => [range, code]));
  test.each(exceptionCases)(
    "When the pincode is the exception %s, then its state is %s",
    (range = "", code) => {
      const [first = "", last = first] = range.split("-");
      expect(findStateOfPincode(first)).toBe(code);
      expect(findStateOfPincode(last)).toBe(code);
    },
  );

  test.each([
    ["560001", "29"],
    ["160017", "04"],
    ["160061", "04"],
    ["396191", "24"],
    ["246765", "05"],
    ["246700", "05"],
    ["262204", "05"],
    ["262909", "05"],
    ["605012", "33"],
    ["682550", "32"],
    ["682560", "32"],
    ["791701", "15"],
    ["791700", "12"],
    ["799001", "16"],
    ["194101", "38"],
  ])("When the pincode is %s, beside or at an exception, then its state is %s", (pincode, code) => {
    expect(findStateOfPincode(pincode)).toBe(code);
  });

  test.each([
    "900001",
    "999999",
    "120001",
    "300001",
    "510001",
    "860001",
    "012345",
    "56001",
    "5600011",
    "abc",
    "",
  ])("When %j lies in no state or is malformed, then there is none", (pincode) => {
    expect(findStateOfPincode(pincode)).toBeNull();
  });
});

describe("isValidPincode", () => {
  test("When six digits do not begin with 0, then and only then it is valid", () => {
    expect(isValidPincode("110001")).toBe(true);
    const malformed = ["010001", "11000", "1100011", "11000a", " 110001", "110001\n", "１１０００１"];
    expect(malformed.filter(isValidPincode)).toEqual([]);
  });
});

describe("pincodeFitsState", () => {
  test("When a pincode has a state, then it fits only that state, unless it is shared", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100_000, max: 999_999 }), (number) => {
        const pincode = String(number);
        const state = findStateOfPincode(pincode);
        const fitting = CURRENT_STATES.filter(({ code }) => pincodeFitsState(pincode, code));
        const isOpen = state === null || isSharedPincode(pincode);
        expect(fitting.map(({ code }) => code)).toEqual(
          isOpen ? CURRENT_STATES.map(({ code }) => code) : [state],
        );
      }),
    );
  });

  test.each([
    "244923",
    "244924",
    "247662",
    "396193",
    "396235",
    "533464",
    "605007",
    "605014",
    "605102",
    "605105",
    "605106",
    "605107",
    "605111",
    "605501",
    "781029",
    "781131",
    "782410",
    "813206",
  ])("When %s is delivered into two states, then it fits both", (pincode) => {
    expect(isSharedPincode(pincode)).toBe(true);
    expect(pincodeFitsState(pincode, "34")).toBe(true);
    expect(pincodeFitsState(pincode, "37")).toBe(true);
  });

  test("When the state contradicts the pincode or the pincode is malformed, then it does not fit", () => {
    expect(pincodeFitsState("560001", "29")).toBe(true);
    expect(pincodeFitsState("560001", "27")).toBe(false);
    expect(pincodeFitsState("56001", "29")).toBe(false);
    expect(isSharedPincode("560001")).toBe(false);
  });

  test("When the state has a legacy code, then its successor counts", () => {
    expect(pincodeFitsState("396210", "25")).toBe(true);
    expect(pincodeFitsState("520001", "28")).toBe(true);
  });

  test("When the pincode is an Army Post Office, then it fits every state", () => {
    expect(CURRENT_STATES.every(({ code }) => pincodeFitsState("900056", code))).toBe(true);
  });
});
