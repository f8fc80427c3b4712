import {
  CURRENT_STATES,
  findState,
  isStateCode,
  normaliseStateName,
  STATE_CODES,
  type StateCode,
  stateByCode,
  stateLabel,
  toCurrentStateCode,
} from "../../../utils/gst/states.js";

describe("findState", () => {
  test.each<[string, StateCode]>([
    ["Karnataka", "29"],
    ["  karnataka ", "29"],
    ["KA", "29"],
    ["State of Karnataka", "29"],
    ["J&K", "01"],
    ["J & K", "01"],
    ["Jammu & Kashmir", "01"],
    ["Orissa", "21"],
    ["Uttaranchal", "05"],
    ["UT", "05"],
    ["U.P.", "09"],
    ["Tamil-Nadu", "33"],
    ["TamilNadu", "33"],
    ["Pondicherry", "34"],
    ["the NCT of Delhi", "07"],
    ["N.C.T. of Delhi", "07"],
    ["New Delhi", "07"],
    ["CH", "04"],
    ["UT of Chandigarh", "04"],
    ["Union Territory of Ladakh", "38"],
    ["CG", "22"],
    ["CT", "22"],
    ["TS", "36"],
    ["TG", "36"],
    ["Ｇｏａ", "30"],
    ["Lakshadweep Islands", "31"],
    ["Andaman & Nicobar Islands", "35"],
    ["The Dadra and Nagar Haveli and Daman and Diu", "26"],
    ["Dadra & Nagar Haveli", "26"],
    ["Telengana", "36"],
    ["Uttrakhand", "05"],
    ["Uttarkhand", "05"],
    ["Chhatisgarh", "22"],
    ["Delhi (NCT)", "07"],
    ["A & N Islands", "35"],
    ["A&N", "35"],
    ["Andaman Nicobar", "35"],
    ["Gujrat", "24"],
    ["West Bengal ", "19"],
    ["WestBengal", "19"],
    ["W. Bengal", "19"],
    ["M P", "23"],
    ["M. P.", "23"],
    ["Madhyapradesh", "23"],
    ["Uttar-Pradesh", "09"],
    ["\u200bKerala\u00a0", "32"],
    ["29", "29"],
    ["07", "07"],
    ["IN-KA", "29"],
    ["in-dl", "07"],
  ])("When the state is written %j, then it is %s", (name, code) => {
    expect(findState(name)?.code).toBe(code);
  });

  test.each([
    ["Daman and Diu", "26"],
    ["DD", "26"],
    ["DN", "26"],
    ["Andhra Pradesh", "37"],
    ["AP", "37"],
    ["AD", "37"],
    ["25", "26"],
    ["28", "37"],
  ])("When a new address says %j, then it gets the code of today, %s", (name, code) => {
    expect(findState(name)).toMatchObject({ code, replacedBy: null });
  });

  test.each(["", "Karnatka", "Bangalore", "Utt Pradesh", "India", "99", "00", "9", "constructor", "IN-XX"])(
    "When no state has exactly the name %j, then none is guessed",
    (name) => {
      expect(findState(name)).toBeNull();
    },
  );

  test("When the spellings of all states are folded, then no two states share one", () => {
    const owners = new Map<string, Set<StateCode>>();
    for (const { code, name, aliases } of CURRENT_STATES) {
      for (const spelling of [name, ...aliases]) {
        const folded = normaliseStateName(spelling);
        owners.set(folded, (owners.get(folded) ?? new Set()).add(code));
      }
    }
    expect([...owners].filter(([, codes]) => codes.size > 1)).toEqual([]);
  });

  test("When any state of today is looked up by name or alias, then it is found", () => {
    for (const state of CURRENT_STATES) {
      for (const name of [state.name, ...state.aliases]) {
        expect([name, findState(name)?.code]).toEqual([name, state.code]);
      }
    }
  });
});

describe("state codes", () => {
  test("When the table is read, then it has 01–38 and 97, in order", () => {
    const expected = Array.from({ length: 38 }, (_, index) => String(index + 1).padStart(2, "0"));
    expect(STATE_CODES).toEqual([...expected, "97"]);
    expect(CURRENT_STATES).toHaveLength(37);
  });

  test("When territories without legislature are listed, then they are those of the CGST Act", () => {
    const codes = STATE_CODES.filter((code) => stateByCode(code).isUnionTerritoryWithoutLegislature);
    expect(codes).toEqual(["04", "25", "26", "31", "35", "38", "97"]);
  });

  test("When a code exists, then it is known, else null", () => {
    expect(stateByCode("29").name).toBe("Karnataka");
    expect(stateByCode("28")).toMatchObject({ code: "28", replacedBy: "37" });
    expect(stateByCode("39" as string)).toBeNull();
    expect(["00", "39", "96", "99", "toString", "1"].filter(isStateCode)).toEqual([]);
  });

  test("When a code is legacy, then its successor is that of the table", () => {
    for (const code of STATE_CODES) {
      expect(toCurrentStateCode(code)).toBe(stateByCode(code).replacedBy ?? code);
    }
  });

  test("When a place of supply is printed, then code and name are joined", () => {
    expect(stateLabel("29")).toBe("29-Karnataka");
  });

  test("When names are normalised twice, then nothing changes any more", () => {
    for (const { name } of CURRENT_STATES) {
      expect(normaliseStateName(normaliseStateName(name))).toBe(normaliseStateName(name));
    }
  });
});
