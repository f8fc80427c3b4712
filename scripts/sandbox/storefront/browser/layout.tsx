import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { units } from "./format.js";
import { useAction } from "./parts.js";
import { Mark } from "./picture.js";
import { ProblemNote } from "./problems.js";
import { useShop } from "./shop.js";

/** Signing in as one of the sandbox's customers. */
function Account() {
  const { shop, customer, signIn, signOut, say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const dialog = useRef<HTMLDialogElement>(null);
  const choose = async (key: string) => {
    if (await run(() => signIn(key))) dialog.current?.close();
  };
  if (customer) {
    const leave = async () => {
      if (await run(signOut)) say("You are signed out.");
    };
    return (
      <button type="button" class="nav-button" onClick={leave} title={`Signed in as ${customer.name}`}>
        <span class="nav-sub">{customer.name.split(" ")[0]}</span>
        Sign out
      </button>
    );
  }
  return (
    <>
      <button type="button" class="nav-button" onClick={() => dialog.current?.showModal()}>
        <span class="nav-sub">Guest</span>
        Sign in
      </button>
      <dialog ref={dialog} aria-labelledby="sign-in-title" class="sheet">
        <h2 id="sign-in-title">Sign in</h2>
        <p class="hint">
          The sandbox has customers ready. What is in your cart, and what you ordered as a guest, moves to the
          account.
        </p>
        <div class="people">
          {shop.customers.map(({ key, name, about }) => (
            <button type="button" key={key} class="person" disabled={isBusy} onClick={() => choose(key)}>
              <span class="initial" aria-hidden="true">
                {name.charAt(0)}
              </span>
              <span>
                Sign in as {name.split(" ")[0]}
                <span class="hint"> {about}</span>
              </span>
            </button>
          ))}
        </div>
        <ProblemNote problem={problem} onRepeat={repeat} />
        <button type="button" class="plain" onClick={() => dialog.current?.close()}>
          Continue as a guest
        </button>
      </dialog>
    </>
  );
}

function CartLink() {
  const { cart } = useShop();
  const count = cart?.totalQuantity ?? 0;
  return (
    <a class="cart-link" href="/cart" aria-label={`Cart, ${units(count, "item")}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path
          d="M4 8h16l-1.4 11a2 2 0 0 1-2 1.8H7.4a2 2 0 0 1-2-1.8Zm4 0c0-6 8-6 8 0"
          fill="none"
          stroke="currentColor"
          stroke-width="1.8"
          stroke-linejoin="round"
        />
      </svg>
      <span class="cart-word">Cart</span>
      {count > 0 && <span class="count">{count}</span>}
    </a>
  );
}

/** Header, footer and messages around every page. */
export function Layout({ children }: { children: ComponentChildren }) {
  const { shop, message } = useShop();
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <p class="strip">Sandbox shop: no real money moves.</p>
      <header class="head">
        <div class="inner">
          <a class="brand" href="/">
            <Mark />
            <span>Vedic Store</span>
          </a>
          <nav aria-label="Shop">
            <a href="/">Shop</a>
            <a href="/orders">Orders</a>
            <Account />
            <CartLink />
          </nav>
        </div>
      </header>
      <main id="main">{children}</main>
      <footer class="foot">
        <div class="inner">
          <p>
            <strong>Vedic Store</strong> · Bengaluru
          </p>
          <p>
            This shop is part of the sandbox. It uses the typed client and the{" "}
            <a href={`${shop.serviceUrl}/api/docs`} target="_blank" rel="noreferrer">
              public API
            </a>{" "}
            of the Order &amp; Payment Service, as any shop would.
          </p>
        </div>
      </footer>
      <p class={message ? "toast shown" : "toast"} role="status">
        {message}
      </p>
    </>
  );
}
