import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import type { Listening } from "../../scripts/sandbox/shared/http.js";
import { startStorefront } from "../../scripts/sandbox/storefront/index.js";
import { findFreePort } from "../../scripts/support/service-process.js";
import { describeInBrowser } from "../support/browser.js";
import { startWorld, type World } from "../support/world.js";

/** The sandbox's shop, used as a customer uses it: on a phone, through its pages alone. */

const PHONE = { width: 390, height: 844 };
/** A busy machine takes its time for a page. */
const PAGE_WITHIN_MS = 60_000;
const TEST_WITHIN_MS = 300_000;

describeInBrowser("the shop", (browser) => {
  let world: World;
  let shop: Listening;
  beforeAll(async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    world = await startWorld({ STOREFRONT_URL: url, CORS_ORIGINS: url, PRICES_INCLUDE_TAX: "true" });
    shop = await startStorefront({ sandbox: world.sandbox, serviceUrl: world.url, port });
  });
  afterAll(async () => {
    await shop?.close();
    await world?.stop();
  });

  test(
    "When a guest buys by UPI with a coupon, then the order is confirmed and its invoice is a PDF",
    async () => {
      const { page, failures } = await open(browser(), shop.url);
      await addToCart(page, "ashwagandha-churna");
      await goToCart(page);
      await page.getByLabel("Coupon").fill(SEED.coupons.WELCOME10);
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByText("WELCOME10 takes ₹19.90 off", { exact: false }).first().waitFor();
      await page.getByRole("button", { name: "Check out" }).click();
      await enterAddress(page);
      await chooseDelivery(page);
      await payOnline(page, "UPI", "The bank declines");
      await page.getByText("Nothing was charged.").waitFor();
      await payOnline(page, "UPI", "Payment succeeds");
      const orderNumber = await orderOfThanks(page);

      const order = await world.db.collection("orders").findOne({ orderNumber });
      expect(order).toMatchObject({
        status: "confirmed",
        paymentStatus: "paid",
        paidAmount: order?.grandTotal,
      });
      await world.settle();
      await world.runJob("invoice-issue");
      const link = page.getByRole("link", { name: /Invoice INV-/ });
      await link.waitFor();
      const pdf = await fetch(
        String(await link.getAttribute("href")).replace(/^https?:\/\/[^/]+/, world.url),
      );
      expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
      expect(failures).toEqual([]);
    },
    TEST_WITHIN_MS,
  );

  test(
    "When a guest signs in, then the cart comes along; an order to be paid on delivery is placed, and cancelled",
    async () => {
      const { page, failures } = await open(browser(), shop.url);
      await addToCart(page, "amla-powder");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /Sign in as Asha/ }).click();
      await page.getByText("Your cart came along to your account.").waitFor();
      await goToCart(page);
      await page.getByRole("button", { name: "Check out" }).click();
      // The saved address is there already.
      await page.getByRole("button", { name: "Continue to delivery" }).click();
      await chooseDelivery(page);
      await page.getByRole("radio", { name: /Cash on delivery/ }).check();
      await page.getByRole("checkbox").check();
      await page.getByRole("button", { name: "Place the order" }).click();
      const orderNumber = await orderOfThanks(page);

      await page.getByRole("link", { name: "See your order" }).click();
      await page.getByText("Cancel the order").first().click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByText("Order cancelled").waitFor();
      const order = await world.db.collection("orders").findOne({ orderNumber });
      expect(order).toMatchObject({ status: "cancelled", userId: SEED.users.asha, paidAmount: 0 });
      expect(failures).toEqual([]);
    },
    TEST_WITHIN_MS,
  );

  test(
    "When a delivered order is returned with a photo, then the shop shows the request, and the refund",
    async () => {
      const { page, failures } = await open(browser(), shop.url);
      await addToCart(page, "bhringraj-hair-oil");
      await goToCart(page);
      await page.getByRole("button", { name: "Check out" }).click();
      await enterAddress(page);
      await chooseDelivery(page);
      await payOnline(page, "Card", "Payment succeeds");
      const orderNumber = await orderOfThanks(page);
      await page.getByRole("link", { name: "See your order" }).click();
      await deliver(world, orderNumber);
      await page.reload();

      await page.getByRole("link", { name: "Return something" }).click();
      await page.getByLabel(/Bhringraj Hair Oil/).selectOption("1");
      await page.getByLabel("What is the matter?").selectOption("damaged");
      await page.getByLabel("Tell us more").fill("The cap is broken");
      const photo = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#8b6a14" } })
        .jpeg()
        .toBuffer();
      await page
        .getByLabel("Photos")
        .setInputFiles({ name: "cap.jpg", mimeType: "image/jpeg", buffer: photo });
      await page.getByRole("button", { name: "Ask for the return" }).click();
      await page.getByText("We are looking at your request.").waitFor();
      const returned = await world.db.collection("returns").findOne({ orderNumber });
      expect(returned).toMatchObject({
        status: "requested",
        reason: "damaged",
        customerNotes: "The cap is broken",
      });
      expect(returned?.images).toHaveLength(1);

      await page.getByRole("button", { name: "Accept and refund the return" }).click();
      await page.getByText("Done: the money is on its way to you.").waitFor();
      expect(failures).toEqual([]);
    },
    TEST_WITHIN_MS,
  );

  test(
    "When something is refused, then the shop says why and what can be done",
    async () => {
      const { page, failures } = await open(browser(), shop.url);
      await page.goto(`${shop.url}/products/saffron-face-cream`);
      await page.getByRole("button", { name: "One more" }).click();
      await page.getByRole("button", { name: /Add to cart/ }).click();
      await page.getByText("Only 1 unit is left.").waitFor();
      await page.getByRole("button", { name: "Add 1", exact: true }).click();
      await page.getByText("Saffron Face Cream is in your cart.").waitFor();

      await goToCart(page);
      await page.getByLabel("Coupon").fill(SEED.coupons.EXPIRED5);
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByText("Try another code, or continue without one.").waitFor();
      world.sandbox.control.catalog.setPrice("var-saffron-face-cream-50g", 699);
      await page.reload();
      await page.getByText("The price of Saffron Face Cream 50g has changed").waitFor();

      // The customer sees the new price before the checkout starts.
      await page.getByRole("button", { name: "Check out" }).click();
      await page.getByText("Your cart has changed.").waitFor();
      await page.getByRole("button", { name: "Check out" }).click();
      await enterAddress(page, {
        Pincode: SEED.pincodes.unserviceable,
        City: "Kavaratti",
        State: "Lakshadweep",
      });
      await page.getByText(`We do not deliver to ${SEED.pincodes.unserviceable} yet`).first().waitFor();
      expect(await page.getByLabel("Pincode").getAttribute("aria-invalid")).toBe("true");
      expect(failures).toEqual([]);
    },
    TEST_WITHIN_MS,
  );
});

/** A new visitor on a phone. `failures` collects what breaks the page's own script. */
async function open(browser: Browser, url: string): Promise<{ page: Page; failures: string[] }> {
  const context = await browser.newContext({ viewport: PHONE, locale: "en-IN", reducedMotion: "reduce" });
  context.setDefaultTimeout(PAGE_WITHIN_MS);
  const page = await context.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.goto(url);
  return { page, failures };
}

async function addToCart(page: Page, slug: string): Promise<void> {
  await page.locator(`a.card[href="/products/${slug}"]`).click();
  await page.getByRole("button", { name: /Add to cart/ }).click();
  await page.getByText("is in your cart.").waitFor();
}

const goToCart = (page: Page): Promise<void> => page.getByRole("link", { name: /^Cart/ }).click();

const ADDRESS = {
  "E-mail": "meera@example.com",
  "Mobile number": "98450 12345",
  "Full name": "Meera Nair",
  "House and street": "22 Temple Street, Malleswaram",
  Pincode: SEED.pincodes.bengaluru,
  City: "Bengaluru",
  State: "Karnataka",
};

async function enterAddress(
  page: Page,
  changes: Partial<Record<keyof typeof ADDRESS, string>> = {},
): Promise<void> {
  for (const [label, value] of Object.entries({ ...ADDRESS, ...changes }))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole("button", { name: "Continue to delivery" }).click();
}

async function chooseDelivery(page: Page): Promise<void> {
  await page.getByRole("radio", { name: /Standard delivery/ }).check();
  await page.getByRole("button", { name: "Continue to payment" }).click();
}

/** Chooses the method, then decides in the gateway's window what the bank does. */
async function payOnline(page: Page, method: string, outcome: string): Promise<void> {
  await page.getByRole("radio", { name: new RegExp(`^${method}`) }).check();
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: /^Pay ₹/ }).click();
  await page.getByText("Test mode.").waitFor();
  await page.getByRole("radio", { name: outcome }).check();
  await page.getByRole("button", { name: /^Pay ₹/ }).click();
}

async function orderOfThanks(page: Page): Promise<string> {
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  return String(await page.getByTestId("order-number").textContent());
}

/** The warehouse packs it, and the courier delivers it. */
async function deliver(world: World, orderNumber: string): Promise<void> {
  const order = await world.db.collection("orders").findOne({ orderNumber });
  await world.http
    .post(`/api/admin/orders/${order?._id}/fulfillments`)
    .set("Authorization", `Bearer ${world.sandbox.tokens.fulfilment}`)
    .send({})
    .expect(200);
  const [parcel] = world.sandbox.control.shipping.shipments(String(order?._id));
  await world.sandbox.control.shipping.complete(String(parcel?.shipmentId));
  await world.settle();
}
