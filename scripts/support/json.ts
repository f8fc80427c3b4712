/**
 * Reads values out of parsed JSON by a dotted path. All but `at` throw an error with the path when the value
 * is missing or of another type, so that no script continues with half an answer.
 */

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== "string") throw new Error(`no text at ${path} in ${JSON.stringify(value)}`);
  return found;
}

export function numberAt(value: unknown, path: string): number {
  const found = at(value, path);
  if (typeof found !== "number") throw new Error(`no number at ${path} in ${JSON.stringify(value)}`);
  return found;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path} in ${JSON.stringify(value)}`);
  return found;
}

/** The value at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}
