import type { Span } from "../../../utils/periods.js";
import { isRefused, type Result, toUpstreamError } from "../../../utils/result.js";
import { gatewayPages } from "../../integrations/gateway-pages.js";
import type { GatewayPage, ListRequest } from "../../integrations/payment-gateway.js";

/** What the gateway says about one payment, refund or settlement; `data` null: it has none with this id. */
export type Answer<T> = { isAnswered: true; data: T | null } | { isAnswered: false };

/**
 * @returns not answered when the gateway's answer was lost or cannot be read: never a reason to call something missing
 * @throws the typed upstream error when the gateway is not reachable, so that the run goes on later
 */
export function toAnswer<T>(result: Result<T>): Answer<T> {
  if (result.success) return { isAnswered: true, data: result.data };
  if (isRefused(result)) return { isAnswered: true, data: null };
  if (result.outcome === "unavailable") throw toUpstreamError(result);
  return { isAnswered: false };
}

interface Listing<T> {
  read(list: ListRequest): Promise<Result<GatewayPage<T>>>;
  idOf(item: T): string;
  /** Filled with the ids of everything that was listed. */
  seen: Set<string>;
}

/** Everything that the gateway lists for a span, page by page, each item once. */
export async function* pagesOf<T>(
  { from, to }: Span,
  { read, idOf, seen }: Listing<T>,
): AsyncGenerator<{ items: T[]; unreadable: number }> {
  // The gateway's list excludes its end; a span includes it.
  const range = { from, to: new Date(to.getTime() + 1) };
  for await (const page of gatewayPages(read, range)) {
    const fresh = page.items.filter((item) => !seen.has(idOf(item)));
    for (const item of fresh) seen.add(idOf(item));
    yield { items: fresh, unreadable: page.count - page.items.length };
  }
}
