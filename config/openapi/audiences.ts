import type { AccessRule } from "../../middlewares/access.js";
import type { RouteDescription } from "../../middlewares/route.types.js";

/** Whom an operation is for. Each audience has tags of its own, so that documentation can be read by audience. */
export type Audience = "Storefront" | "Admin" | "Webhooks" | "Operations";

/** In the order of the documentation; by the tag of the routes. */
const TAGS: Record<Audience, Readonly<Record<string, string>>> = {
  Storefront: {
    Cart: "What a customer or guest is about to buy: items, coupons, gifts, and what is saved for later.",
    Checkout:
      "From a cart to a payment: contact, addresses, shipping, payment method, points and store credit.",
    Payments: "Begin, verify and retry a payment, or choose cash on delivery.",
    Orders: "Place an order, read it, follow its parcels, cancel it and order it again.",
    Invoices: "GST invoices and credit notes, as data and as PDF.",
    Refunds: "Ask for money back, and see what became of it.",
    Returns: "Send goods back: what can be returned, the request, and photos.",
  },
  Admin: {
    Cart: "Carts that were abandoned, their analysis, and the limits of carts.",
    Checkout: "Checkouts, their funnel, and one checkout in full.",
    Orders: "Find, edit, fulfil, cancel and enter orders; exports and analyses.",
    Payments: "Payments with their attempts, receipts, captures, reconciliation and exports.",
    Refunds: "Start, approve, reject and perform refunds.",
    Returns: "Approve, pick up, inspect and refund returned goods.",
    Invoices: "Issue, send and download documents, their design, and the figures for the tax return.",
    Webhooks: "Events of the gateway and of shipping: what arrived, and replaying it.",
    Operations: "Jobs, undelivered messages, settings and the audit log.",
  },
  Webhooks: {
    Webhooks: "Called by the payment gateway and the shipping service, with a signature over the raw body.",
  },
  Operations: {
    Operations: "Health, metrics, this documentation, and files behind signed links.",
  },
};

export const AUDIENCES = Object.keys(TAGS) as Audience[];

function audienceOf({ kind }: AccessRule): Audience {
  switch (kind) {
    case "guest":
    case "customer":
      return "Storefront";
    case "admin":
      return "Admin";
    case "signed":
      return "Webhooks";
    case "open":
    case "internal":
      return "Operations";
  }
}

const nameOf = (audience: Audience, tag: string): string => (audience === "Admin" ? `Admin: ${tag}` : tag);

/** The tag of an operation: `Orders` for storefronts, `Admin: Orders` for admin panels. */
export const tagOf = ({ access, tag }: Pick<RouteDescription, "access" | "tag">): string =>
  nameOf(audienceOf(access.rule), tag);

interface TagGroup {
  name: Audience;
  tags: { name: string; description?: string }[];
}

/** The tags that the routes have, by audience. */
export function tagGroupsOf(routes: readonly RouteDescription[]): TagGroup[] {
  const groups = AUDIENCES.map((name) => {
    const used = new Set(
      routes.filter(({ access }) => audienceOf(access.rule) === name).map(({ tag }) => tag),
    );
    const known = Object.keys(TAGS[name]).filter((tag) => used.has(tag));
    const tags = [...new Set([...known, ...used])].map((tag) => {
      const description = TAGS[name][tag];
      return { name: nameOf(name, tag), ...(description ? { description } : {}) };
    });
    return { name, tags };
  });
  return groups.filter(({ tags }) => tags.length > 0);
}
