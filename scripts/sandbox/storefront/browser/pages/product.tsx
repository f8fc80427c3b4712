import { useState } from "preact/hooks";
import { api } from "../api.js";
import { categoryOf, type Product, productAddress, sizeOf, type Variant } from "../catalog.js";
import { rupees } from "../format.js";
import { Page, Price, Stepper, useAction } from "../parts.js";
import { ProductPicture } from "../picture.js";
import { ProblemNote } from "../problems.js";
import { useShop } from "../shop.js";

/** Adding to the cart, with the way out when there are fewer units than wanted. */
function BuyBox({ product, variant }: { product: Product; variant: Variant }) {
  const { setCart, say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const [quantity, setQuantity] = useState(1);
  const add = (count: number) =>
    run(async () => {
      setCart(await api.addItem({ productId: product.id, variantId: variant.id, quantity: count }));
      setQuantity(1);
      say(`${product.name} is in your cart.`);
    });
  const left = problem?.code === "OUT_OF_STOCK" ? Number(problem.details.available ?? 0) : 0;
  return (
    <div class="buy">
      <div class="buy-row">
        <Stepper
          value={quantity}
          most={variant.maxPerOrder}
          label={`Quantity of ${variant.name}`}
          isBusy={isBusy}
          onChange={setQuantity}
        />
        <button type="button" class="primary" disabled={isBusy} onClick={() => add(quantity)}>
          Add to cart · {rupees(variant.salePrice * quantity)}
        </button>
      </div>
      <ProblemNote problem={problem} onRepeat={repeat}>
        {left > 0 && (
          <button type="button" class="plain" onClick={() => add(left)}>
            Add {left}
          </button>
        )}
        {problem?.code === "CART_LIMIT" && <a href="/cart">Go to the cart</a>}
      </ProblemNote>
      {variant.maxPerOrder !== undefined && <p class="hint">At most {variant.maxPerOrder} per order.</p>}
    </div>
  );
}

export function ProductPage({ slug }: { slug: string }) {
  const { shop, cart } = useShop();
  const product = shop.products.find((candidate) => candidate.slug === slug);
  const [chosen, setChosen] = useState<string>();
  if (!product) return <NoSuchProduct />;
  const variant = product.variants.find(({ id }) => id === chosen) ?? product.variants[0];
  if (!variant) return <NoSuchProduct />;
  const category = categoryOf(product);
  const related = shop.products
    .filter(({ id, categoryId }) => categoryId === product.categoryId && id !== product.id)
    .slice(0, 4);
  return (
    <Page
      title={product.name}
      back={{ to: `/?category=${product.categoryId}`, text: category.name }}
      class="product"
    >
      <div class="product-picture">
        <ProductPicture product={product} />
      </div>
      <div class="product-facts">
        <p class="product-price">
          <Price now={variant.salePrice} before={variant.mrp} />
        </p>
        <p class="hint">
          {cart?.totals.pricesIncludeTax === false ? "GST is added in the cart." : "Includes GST."}
        </p>
        <fieldset class="sizes">
          <legend>Size</legend>
          {product.variants.map(({ id, attributes, salePrice }) => (
            <label key={id} class="pill">
              <input type="radio" name="size" checked={id === variant.id} onChange={() => setChosen(id)} />
              {sizeOf(attributes)}
              <span class="hint">{rupees(salePrice)}</span>
            </label>
          ))}
        </fieldset>
        <BuyBox key={variant.id} product={product} variant={variant} />
        <p>{category.about}</p>
        <ul class="promises">
          <li>
            {product.isReturnable
              ? "You can return it after delivery."
              : "For hygiene, it cannot be returned."}
          </li>
          <li>Paid by UPI, card, netbanking, wallet, or in cash on delivery.</li>
          <li>With a GST invoice.</li>
        </ul>
      </div>
      {related.length > 0 && (
        <section class="related" aria-labelledby="related">
          <h2 id="related">From the same shelf</h2>
          <ul class="grid">
            {related.map((other) => (
              <li key={other.id}>
                <a class="card" href={productAddress(other)}>
                  <ProductPicture product={other} />
                  <span class="card-name">{other.name}</span>
                  {other.variants[0] && (
                    <Price now={other.variants[0].salePrice} before={other.variants[0].mrp} />
                  )}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

const NoSuchProduct = () => (
  <Page title="We do not sell this">
    <p>
      The product has left our shelves. <a href="/">See everything we have</a>.
    </p>
  </Page>
);
