import { type Result, unwrap } from "../../utils/result.js";
import type { GatewayPage, ListRequest } from "./payment-gateway.js";

/**
 * What the gateway lists for a range, page by page. Neighbouring pages overlap, so an item may come twice.
 * @throws the typed upstream errors
 */
export async function* gatewayPages<T>(
  read: (list: ListRequest) => Promise<Result<GatewayPage<T>>>,
  range: Pick<ListRequest, "from" | "to">,
): AsyncGenerator<GatewayPage<T>> {
  let cursor: string | null = null;
  do {
    const page: GatewayPage<T> = unwrap(await read({ ...range, ...(cursor === null ? {} : { cursor }) }));
    yield page;
    cursor = page.next;
  } while (cursor !== null);
}
