import type { Result } from "../../utils/result.js";

/** Gives a refusal with this status the code that callers test for, whatever the neighbour calls it. */
export function nameRefusal<T>(result: Result<T>, statusCode: number, code: string): Result<T> {
  const isMeant = !result.success && result.outcome === "refused" && result.statusCode === statusCode;
  return isMeant ? { ...result, code } : result;
}

/** Turns the data of a success into something else; failures pass through. */
export function mapResult<T, U>(result: Result<T>, map: (data: T) => U): Result<U> {
  return result.success ? { success: true, data: map(result.data) } : result;
}
