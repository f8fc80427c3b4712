import { loadOrders, type OrderOverview } from "../../services/aggregates/order/load-order.js";
import type { Page } from "../../services/platform/paginate.service.js";
import * as search from "./orders.search.service.js";
import { type OrderListQuery, pageOfOrders } from "./orders.selection.service.js";

export { addNote, addTags, removeTags } from "../../services/aggregates/order/annotate-order.js";
export { type AdminOrder, getAdminOrder } from "../../services/aggregates/order/load-admin-order.js";
export { editOrder } from "../../services/flows/edit-order/edit-order.flow.js";

/** Orders with their lines, payments and shipments; newest first by default. */
export async function listOrders(query: OrderListQuery): Promise<Page<OrderOverview>> {
  const { items, total } = await pageOfOrders(query);
  return { items: await loadOrders(items), total };
}

export async function searchOrders(query: search.SearchQuery): Promise<Page<OrderOverview>> {
  const { items, total } = await search.searchOrders(query);
  return { items: await loadOrders(items), total };
}
