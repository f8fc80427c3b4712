import type { Result } from "../../utils/result.js";

/**
 * A definite no that the contract of a call lists. Any other 4xx is a fault between the services: nothing
 * may be undone because of it.
 */
export interface ListedRefusal {
  status: number;
  /** What callers test for. */
  code: string;
  /** Whether the neighbour's own code means this refusal. */
  isMeantBy(neighboursCode: string): boolean;
}

/** A refusal whose code is part of the contract. */
export const refusal = (status: number, code: string): ListedRefusal => ({
  status,
  code,
  isMeantBy: (neighboursCode) => neighboursCode === code,
});

/** The 404 of a wrong URL, in the same envelope as the 404 of a missing document. */
const WRONG_URL = "ROUTE_NOT_FOUND";

/** The document does not exist. The contract gives this 404 no code, so any code means it. */
export const notFound = (code: string): ListedRefusal => ({
  status: 404,
  code,
  isMeantBy: (neighboursCode) => neighboursCode !== WRONG_URL,
});

/** For calls whose contract lists no refusal. */
export const NO_REFUSALS: readonly ListedRefusal[] = [];

/** Turns the data of a success into something else; failures pass through. */
export function mapResult<T, U>(result: Result<T>, map: (data: T) => U): Result<U> {
  return result.success ? { success: true, data: map(result.data) } : result;
}
