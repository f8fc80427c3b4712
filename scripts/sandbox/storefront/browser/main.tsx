import { render } from "preact";
import { connect } from "./api.js";
import type { Shop } from "./catalog.js";
import { Layout } from "./layout.js";
import { CartPage } from "./pages/cart.js";
import { Catalogue } from "./pages/catalogue.js";
import { CheckoutPage } from "./pages/checkout.js";
import { OrderPage } from "./pages/order.js";
import { OrdersPage } from "./pages/orders.js";
import { PaymentPage } from "./pages/payment.js";
import { ProductPage } from "./pages/product.js";
import { ReturnPage } from "./pages/return.js";
import { ThanksPage } from "./pages/thanks.js";
import { Page } from "./parts.js";
import { type Address, matchPath, useAddress } from "./router.js";
import { ShopContext, useShopState } from "./shop.js";

type Params = Record<string, string>;

/** Every page on one screen. `/cart`, `/checkout/:sessionId` and `/orders/:orderNumber` are linked from mails. */
const PAGES: readonly (readonly [
  path: string,
  page: (params: Params, query: URLSearchParams) => preact.JSX.Element,
])[] = [
  ["", (_, query) => <Catalogue category={query.get("category")} />],
  ["/products/:slug", ({ slug = "" }) => <ProductPage key={slug} slug={slug} />],
  ["/cart", () => <CartPage />],
  [
    "/checkout/:sessionId",
    ({ sessionId = "" }, query) => (
      <CheckoutPage key={sessionId} sessionId={sessionId} hasFailed={query.get("payment") === "failed"} />
    ),
  ],
  [
    "/checkout/:sessionId/payment",
    ({ sessionId = "" }, query) => <PaymentPage sessionId={sessionId} query={query} />,
  ],
  ["/orders", () => <OrdersPage />],
  [
    "/orders/:orderNumber",
    ({ orderNumber = "" }, query) => {
      const token = query.get("token");
      return <OrderPage key={orderNumber} orderNumber={orderNumber} {...(token ? { token } : {})} />;
    },
  ],
  ["/orders/:orderNumber/thanks", ({ orderNumber = "" }) => <ThanksPage orderNumber={orderNumber} />],
  ["/orders/:orderNumber/return", ({ orderNumber = "" }) => <ReturnPage orderNumber={orderNumber} />],
];

function pageAt({ path, query }: Address): preact.JSX.Element {
  for (const [pattern, page] of PAGES) {
    const params = matchPath(pattern, path);
    if (params) return page(params, query);
  }
  return (
    <Page title="There is no such page">
      <p>
        <a href="/">Go to the shop</a>
      </p>
    </Page>
  );
}

function App({ shop }: { shop: Shop }) {
  const state = useShopState(shop);
  const address = useAddress();
  return (
    <ShopContext value={state}>
      <Layout>{pageAt(address)}</Layout>
    </ShopContext>
  );
}

async function open(root: HTMLElement): Promise<void> {
  const answer = await fetch("/shop.json");
  const shop: Shop = await answer.json();
  connect(shop.serviceUrl);
  render(<App shop={shop} />, root);
}

const root = document.getElementById("root");
if (root) {
  open(root).catch((error: unknown) => {
    console.error(error);
    root.textContent = "The shop does not answer. Load the page again.";
  });
}
