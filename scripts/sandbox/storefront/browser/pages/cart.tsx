import { api, type CartItem } from "../api.js";
import { productAddress, sizeOf } from "../catalog.js";
import { rupees } from "../format.js";
import {
  Field,
  type FormEvent,
  Loading,
  Notices,
  Page,
  Stepper,
  TotalsList,
  useAction,
  useLoaded,
  valuesOf,
} from "../parts.js";
import { ProblemNote } from "../problems.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";

function Line({ line }: { line: CartItem }) {
  const { productOf, pictureOf, setCart, say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const product = productOf(line.productId);
  const left = problem?.code === "OUT_OF_STOCK" ? Number(problem.details.available ?? 0) : 0;
  const setQuantity = (quantity: number) =>
    run(async () => setCart(await api.changeQuantity(line.id, quantity)));
  const remove = () => run(async () => setCart(await api.removeItem(line.id)));
  const keep = () =>
    run(async () => {
      setCart(await api.saveForLater(line.id));
      say(`${line.name} is saved for later.`);
    });
  return (
    <li class="line" data-variant={line.variantId}>
      <span class="thumb">{pictureOf(line.productId)}</span>
      <div class="line-what">
        <a href={product ? productAddress(product) : "/"}>{product?.name ?? line.name}</a>
        <span class="hint">{sizeOf(line.attributes)}</span>
        {line.availability?.isAvailable === false && <span class="error">Not available any more</span>}
      </div>
      <div class="line-sum">{line.isFreeGift ? "Gift" : rupees(line.lineTotal)}</div>
      {line.isFreeGift ? (
        <p class="hint line-tools">Yours for free with this cart.</p>
      ) : (
        <div class="line-tools">
          <Stepper
            value={line.quantity}
            label={`Quantity of ${line.name}`}
            isBusy={isBusy}
            onChange={setQuantity}
          />
          <button type="button" class="plain" disabled={isBusy} onClick={keep}>
            Save for later
          </button>
          <button
            type="button"
            class="plain"
            disabled={isBusy}
            onClick={remove}
            aria-label={`Remove ${line.name}`}
          >
            Remove
          </button>
        </div>
      )}
      <ProblemNote problem={problem} onRepeat={repeat}>
        {left > line.quantity && (
          <button type="button" class="plain" onClick={() => setQuantity(left)}>
            Take {left}
          </button>
        )}
      </ProblemNote>
    </li>
  );
}

function Coupons() {
  const { cart, setCart } = useShop();
  const { isBusy, problem, run } = useAction();
  const apply = async (event: FormEvent) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { couponCode = "" } = valuesOf(form);
    const isApplied = await run(async () => {
      setCart(await api.applyCoupon(couponCode));
    });
    if (isApplied) form.reset();
  };
  const drop = (code: string) => run(async () => setCart(await api.removeCoupon(code)));
  return (
    <div class="coupons">
      <form onSubmit={apply} class="inline-form">
        <Field
          label="Coupon"
          name="couponCode"
          autocomplete="off"
          maxLength={40}
          error={problem?.fields.couponCode}
        />
        <button type="submit" disabled={isBusy}>
          Apply
        </button>
      </form>
      <ProblemNote problem={problem} />
      {cart?.appliedCoupons.map(({ code, discountAmount }) => (
        <p key={code} class="applied">
          <span>
            <strong>{code}</strong>{" "}
            {discountAmount > 0 ? `takes ${rupees(discountAmount)} off` : "is applied"}
          </span>
          <button
            type="button"
            class="plain"
            disabled={isBusy}
            onClick={() => drop(code)}
            aria-label={`Remove ${code}`}
          >
            Remove
          </button>
        </p>
      ))}
      {cart?.appliedDiscounts.map(({ id, name, discountAmount }) => (
        <p key={id} class="applied">
          <span>{name}</span>
          <span>− {rupees(discountAmount)}</span>
        </p>
      ))}
    </div>
  );
}

/** Items that were put aside. `key` changes with the cart, which may have given or taken one. */
function Saved() {
  const { cart, setCart, productOf, pictureOf } = useShop();
  const { isBusy, problem, run } = useAction();
  const saved = useLoaded(`saved-${cart?.version}`, api.savedItems);
  if (!saved.value?.length) return null;
  const move = (id: string) => run(async () => setCart(await api.moveToCart(id)));
  return (
    <section aria-labelledby="saved">
      <h2 id="saved">Saved for later</h2>
      <ul class="lines">
        {saved.value.map((item) => (
          <li key={item.id} class="line">
            <span class="thumb">{pictureOf(item.productId)}</span>
            <div class="line-what">
              {productOf(item.productId)?.name ?? item.name}
              <span class="hint">{sizeOf(item.attributes)}</span>
            </div>
            <div class="line-sum">{rupees(item.unitPrice)}</div>
            <div class="line-tools">
              <button type="button" class="plain" disabled={isBusy} onClick={() => move(item.id)}>
                Move to cart
              </button>
            </div>
          </li>
        ))}
      </ul>
      <ProblemNote problem={problem} />
    </section>
  );
}

export function CartPage() {
  const { cart, setCart, reloadCart } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const fresh = useLoaded("cart", async () => setCart(await api.cart()));
  if (!cart) {
    return (
      <Page title="Your cart">
        <Loading problem={fresh.problem} onRepeat={fresh.reload} />
      </Page>
    );
  }
  if (cart.items.length === 0) {
    return (
      <Page title="Your cart">
        <Notices notices={cart.notices} />
        <p class="empty">
          It is empty. <a href="/">Find something good</a>
        </p>
        <Saved />
      </Page>
    );
  }
  const checkOut = async () => {
    const isStarted = await run(async () => {
      const { id } = await api.startCheckout();
      navigate(`/checkout/${id}`);
    });
    // The refusal names what changed; the cart shows it.
    if (!isStarted) await reloadCart().catch(() => undefined);
  };
  return (
    <Page title="Your cart" class="two-columns">
      <div>
        <Notices notices={cart.notices} />
        <ul class="lines">
          {cart.items.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ul>
        <Saved />
      </div>
      <aside class="panel" aria-label="Total">
        <Coupons />
        <TotalsList totals={cart.totals} shippingKnown={false} />
        <button type="button" class="primary wide" disabled={isBusy} onClick={checkOut}>
          Check out
        </button>
        <ProblemNote problem={problem} onRepeat={repeat} />
        <p class="hint">The items stay reserved for you while you check out.</p>
      </aside>
    </Page>
  );
}
