/**
 * The state codes of GST. They decide the tax head, so a name must be one of the listed spellings: after a
 * wrong guess the tax has to be paid a second time (s.77 CGST Act).
 */

import { cleanIdentifier } from "../text.js";

interface StateRow {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Such a territory levies UTGST where a state levies SGST (CGST Act s.2(114)). */
  readonly isUnionTerritoryWithoutLegislature?: true;
  /** Old GSTINs begin with this code, new addresses use its successor. */
  readonly replacedBy?: string;
}

const STATE_ROWS = {
  "01": { name: "Jammu and Kashmir", aliases: ["JK", "J&K", "Jammu Kashmir"] },
  "02": { name: "Himachal Pradesh", aliases: ["HP", "Himachal"] },
  "03": { name: "Punjab", aliases: ["PB"] },
  "04": { name: "Chandigarh", aliases: ["CH"], isUnionTerritoryWithoutLegislature: true },
  "05": { name: "Uttarakhand", aliases: ["UK", "UT", "Uttaranchal", "Uttrakhand", "Uttarkhand"] },
  "06": { name: "Haryana", aliases: ["HR"] },
  "07": {
    name: "Delhi",
    aliases: ["DL", "NCT of Delhi", "Delhi NCT", "New Delhi", "National Capital Territory of Delhi"],
  },
  "08": { name: "Rajasthan", aliases: ["RJ"] },
  "09": { name: "Uttar Pradesh", aliases: ["UP"] },
  "10": { name: "Bihar", aliases: ["BR"] },
  "11": { name: "Sikkim", aliases: ["SK"] },
  "12": { name: "Arunachal Pradesh", aliases: ["AR", "Arunachal"] },
  "13": { name: "Nagaland", aliases: ["NL"] },
  "14": { name: "Manipur", aliases: ["MN"] },
  "15": { name: "Mizoram", aliases: ["MZ"] },
  "16": { name: "Tripura", aliases: ["TR"] },
  "17": { name: "Meghalaya", aliases: ["ML"] },
  "18": { name: "Assam", aliases: ["AS"] },
  "19": { name: "West Bengal", aliases: ["WB", "W Bengal", "Paschim Banga"] },
  "20": { name: "Jharkhand", aliases: ["JH", "Jharkand"] },
  "21": { name: "Odisha", aliases: ["OD", "OR", "Orissa"] },
  "22": { name: "Chhattisgarh", aliases: ["CG", "CT", "Chattisgarh", "Chhatisgarh", "Chatisgarh"] },
  "23": { name: "Madhya Pradesh", aliases: ["MP"] },
  "24": { name: "Gujarat", aliases: ["GJ", "Gujrat"] },
  "25": {
    name: "Daman and Diu",
    aliases: [],
    isUnionTerritoryWithoutLegislature: true,
    replacedBy: "26",
  },
  "26": {
    name: "Dadra and Nagar Haveli and Daman and Diu",
    aliases: ["DN", "DD", "DH", "DNH", "DNHDD", "Dadra and Nagar Haveli", "Daman and Diu"],
    isUnionTerritoryWithoutLegislature: true,
  },
  "27": { name: "Maharashtra", aliases: ["MH", "Maharastra"] },
  "28": { name: "Andhra Pradesh (before bifurcation)", aliases: [], replacedBy: "37" },
  "29": { name: "Karnataka", aliases: ["KA"] },
  "30": { name: "Goa", aliases: ["GA"] },
  "31": {
    name: "Lakshadweep",
    aliases: ["LD", "Lakshadweep Islands", "Lakshwadeep"],
    isUnionTerritoryWithoutLegislature: true,
  },
  "32": { name: "Kerala", aliases: ["KL"] },
  "33": { name: "Tamil Nadu", aliases: ["TN", "Tamizhnadu"] },
  "34": { name: "Puducherry", aliases: ["PY", "Pondicherry", "Pondichery"] },
  "35": {
    name: "Andaman and Nicobar Islands",
    aliases: ["AN", "Andaman and Nicobar", "A & N Islands", "A & N", "Andaman Nicobar"],
    isUnionTerritoryWithoutLegislature: true,
  },
  "36": { name: "Telangana", aliases: ["TS", "TG", "Telengana"] },
  "37": { name: "Andhra Pradesh", aliases: ["AP", "AD"] },
  "38": { name: "Ladakh", aliases: ["LA"], isUnionTerritoryWithoutLegislature: true },
  "97": { name: "Other Territory", aliases: [], isUnionTerritoryWithoutLegislature: true },
} as const satisfies Record<string, StateRow>;

/** A place of supply within India: two digits, as GSTINs begin and invoices print. */
export type StateCode = keyof typeof STATE_ROWS;

export interface State {
  readonly code: StateCode;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly isUnionTerritoryWithoutLegislature: boolean;
  /** For a legacy code (25, 28): the code that new documents use. */
  readonly replacedBy: StateCode | null;
}

export function isStateCode(value: string): value is StateCode {
  return Object.hasOwn(STATE_ROWS, value);
}

/** Every code in ascending order, the legacy ones included. */
export const STATE_CODES: readonly StateCode[] = Object.keys(STATE_ROWS).filter(isStateCode).sort();

function toState(code: StateCode): State {
  const row: StateRow = STATE_ROWS[code];
  return Object.freeze({
    code,
    name: row.name,
    aliases: row.aliases,
    isUnionTerritoryWithoutLegislature: row.isUnionTerritoryWithoutLegislature ?? false,
    replacedBy: row.replacedBy !== undefined && isStateCode(row.replacedBy) ? row.replacedBy : null,
  });
}

const STATES_BY_CODE: ReadonlyMap<string, State> = new Map(
  STATE_CODES.map((code) => [code, toState(code)] as const),
);

/** The states that an address of today can be in: without the legacy codes. */
export const CURRENT_STATES: readonly State[] = [...STATES_BY_CODE.values()].filter(
  (state) => state.replacedBy === null,
);

/**
 * Folds the usual spellings of a state's name together: `"The State of Tamil-Nadu"`, `"TamilNadu"` →
 * `"tamilnadu"`. `&` is "and"; case, blanks and punctuation do not count.
 */
export function normaliseStateName(name: string): string {
  return cleanIdentifier(name)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("&", " and ")
    .replace(/[.'’]/g, "")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .replace(/\b(?:union territory of|state of|ut of|the)\b/g, " ")
    .replace(/\s+/g, "");
}

const STATES_BY_NAME: ReadonlyMap<string, State> = new Map(
  CURRENT_STATES.flatMap((state) =>
    [state.name, ...state.aliases].map((name) => [normaliseStateName(name), state] as const),
  ),
);

/** `IN-KA` of ISO 3166-2 is `KA`. */
const ISO_PREFIX = /^in(?=[a-z]{2}$)/;

/**
 * The state of today that is meant by a name, a usual spelling or a code (`"Karnataka"`, `"Orissa"`, `"KA"`,
 * `"IN-KA"`, `"29"`), or null. Nothing else is guessed. A legacy GST code gives its successor.
 */
export function findState(typed: string): State | null {
  const name = normaliseStateName(typed);
  if (isStateCode(name)) return stateByCode(toCurrentStateCode(name));
  return STATES_BY_NAME.get(name) ?? STATES_BY_NAME.get(name.replace(ISO_PREFIX, "")) ?? null;
}

/** The state of a GST code, the legacy ones (25, 28) included. */
export function stateByCode(code: StateCode): State;
export function stateByCode(code: string): State | null;
export function stateByCode(code: string): State | null {
  return STATES_BY_CODE.get(code) ?? null;
}

/** The code for new documents: 25 → 26, 28 → 37, any other unchanged. */
export function toCurrentStateCode(code: StateCode): StateCode {
  if (code === "25") return "26";
  if (code === "28") return "37";
  return code;
}

/** The place of supply as an invoice prints it (rule 46(n)): `"29-Karnataka"`. */
export function stateLabel(code: StateCode): string {
  return `${code}-${STATE_ROWS[code].name}`;
}
