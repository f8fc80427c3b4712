const DUPLICATE_KEY = 11000;

/** A unique index said no: somebody else was faster. `index` narrows it to one index by its name or field. */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== DUPLICATE_KEY) return false;
  return index === undefined || error.message.includes(index);
}
