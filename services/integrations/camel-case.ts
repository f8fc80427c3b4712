import { isRecord } from "../../utils/helpers.js";

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** `tracking_number` → `trackingNumber`, on this level alone. Anything but an object is left as it is. */
export function camelCaseKeys(data: unknown): unknown {
  if (!isRecord(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [camelCase(name), value]));
}

/** As `camelCaseKeys`, on every level. */
export function camelCaseKeysDeep(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(camelCaseKeysDeep);
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [camelCase(name), camelCaseKeysDeep(value)]),
  );
}
