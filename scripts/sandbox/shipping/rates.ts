import { findPincode, type Zone } from "./pincodes.js";

/** Overrides the table for one pincode. */
export interface PincodeOverride {
  serviceable?: boolean;
  codAvailable?: boolean;
}

export type PincodeOverrides = Map<string, PincodeOverride>;

interface Serviceability {
  pincode: string;
  serviceable: boolean;
  codAvailable: boolean;
  city: string;
  state: string;
  estimatedDaysMin: number;
  estimatedDaysMax: number;
}

/** Rates in rupees. The base rate covers `baseGrams`; every further step costs `stepRate`. */
export interface MethodRule {
  id: string;
  name: string;
  displayName: string;
  carrier: string;
  baseRate: number;
  baseGrams: number;
  stepGrams: number;
  stepRate: number;
  maxGrams: number;
  /** Free from this order value. */
  freeFrom?: number;
  codFee: number;
  takesCod: boolean;
  zones: Zone[];
  pincodePrefix?: string;
  /** Days less than the estimate of the zone. */
  daysFaster: number;
}

export interface RateRequest {
  destination: { pincode: string; state: string; country: string };
  weightGrams: number;
  orderValue: number;
}

const DAYS: Readonly<Record<Zone, readonly [min: number, max: number]>> = {
  local: [1, 3],
  metro: [2, 4],
  national: [3, 6],
  remote: [5, 9],
};

const EVERYWHERE: Zone[] = ["local", "metro", "national", "remote"];

export const seedMethods = (): MethodRule[] => [
  {
    id: "standard",
    name: "standard",
    displayName: "Standard delivery",
    carrier: "Delhivery",
    baseRate: 49,
    baseGrams: 500,
    stepGrams: 500,
    stepRate: 20,
    maxGrams: 30_000,
    freeFrom: 999,
    codFee: 40,
    takesCod: true,
    zones: EVERYWHERE,
    daysFaster: 0,
  },
  {
    id: "express",
    name: "express",
    displayName: "Express delivery",
    carrier: "Blue Dart",
    baseRate: 99,
    baseGrams: 500,
    stepGrams: 500,
    stepRate: 35,
    maxGrams: 15_000,
    codFee: 60,
    takesCod: true,
    zones: ["local", "metro", "national"],
    daysFaster: 1,
  },
  {
    id: "same-day",
    name: "same_day",
    displayName: "Same-day delivery",
    carrier: "Shadowfax",
    baseRate: 149,
    baseGrams: 5_000,
    stepGrams: 1_000,
    stepRate: 30,
    maxGrams: 8_000,
    codFee: 0,
    takesCod: false,
    zones: ["local"],
    pincodePrefix: "560",
    daysFaster: 3,
  },
];

export function serviceability(pincode: string, overrides: PincodeOverrides): Serviceability {
  const facts = findPincode(pincode);
  const override = overrides.get(pincode);
  const serviceable = facts !== null && (override?.serviceable ?? facts.isServed);
  const carriesCash = override?.codAvailable ?? (facts !== null && facts.zone !== "remote");
  const [estimatedDaysMin, estimatedDaysMax] = DAYS[facts?.zone ?? "remote"];
  return {
    pincode,
    serviceable,
    codAvailable: serviceable && carriesCash,
    city: facts?.city ?? "Unknown",
    state: facts?.state ?? "Unknown",
    estimatedDaysMin,
    estimatedDaysMax,
  };
}

function rateOf(method: MethodRule, { weightGrams, orderValue }: RateRequest): number {
  if (method.freeFrom !== undefined && orderValue >= method.freeFrom) return 0;
  const extraGrams = Math.max(0, weightGrams - method.baseGrams);
  return method.baseRate + Math.ceil(extraGrams / method.stepGrams) * method.stepRate;
}

export function calculateMethods(methods: MethodRule[], request: RateRequest, overrides: PincodeOverrides) {
  const { pincode } = request.destination;
  const place = serviceability(pincode, overrides);
  const zone = findPincode(pincode)?.zone;
  if (!place.serviceable || zone === undefined) return [];
  const isOffered = (method: MethodRule): boolean =>
    method.zones.includes(zone) &&
    request.weightGrams <= method.maxGrams &&
    pincode.startsWith(method.pincodePrefix ?? "");
  return methods.filter(isOffered).map((method) => ({
    id: method.id,
    name: method.name,
    displayName: method.displayName,
    carrier: method.carrier,
    rate: rateOf(method, request),
    estimatedDaysMin: Math.max(0, place.estimatedDaysMin - method.daysFaster),
    estimatedDaysMax: Math.max(0, place.estimatedDaysMax - method.daysFaster),
    isCodAvailable: place.codAvailable && method.takesCod,
    codFee: method.codFee,
  }));
}
