import { h } from "./dom.js";

const FRAGMENT = "#order=";

/** Opens an order's history in this page; the address can be kept and shared. */
export const orderLink = (orderNumber: string, key = orderNumber): HTMLElement =>
  h("a", { href: `${FRAGMENT}${encodeURIComponent(orderNumber)}`, "data-key": key }, orderNumber);

/** The order that the address names. */
export const orderInAddress = (): string | null => {
  const { hash } = window.location;
  return hash.startsWith(FRAGMENT) ? decodeURIComponent(hash.slice(FRAGMENT.length)) : null;
};
