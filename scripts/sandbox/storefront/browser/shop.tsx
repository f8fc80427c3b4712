import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { api, type Cart } from "./api.js";
import type { Product, Shop } from "./catalog.js";
import { ProductPicture } from "./picture.js";
import { type Customer, session } from "./session.js";

/** What every page knows: the shelf, who is shopping, and the cart. */
export interface ShopState {
  shop: Shop;
  productOf(productId: string): Product | undefined;
  pictureOf(productId: string): preact.JSX.Element;
  customer: Customer | null;
  cart: Cart | null;
  setCart(cart: Cart): void;
  reloadCart(): Promise<void>;
  /** Moves a guest's cart and orders to the account. */
  signIn(key: string): Promise<void>;
  signOut(): Promise<void>;
  /** A short message at the bottom of the page. */
  message: string;
  say(message: string): void;
}

const Context = createContext<ShopState | null>(null);
export const ShopContext = Context.Provider;

export function useShop(): ShopState {
  const state = useContext(Context);
  if (!state) throw new Error("This component belongs inside the shop");
  return state;
}

const MESSAGE_SHOWN_MS = 6_000;

/** The state of the whole shop; `main.tsx` provides it. */
export function useShopState(shop: Shop): ShopState {
  const [customer, setCustomer] = useState<Customer | null>(session.customer());
  const [cart, setCart] = useState<Cart | null>(null);
  const [message, say] = useState("");
  const products = useMemo(() => new Map(shop.products.map((product) => [product.id, product])), [shop]);
  const reloadCart = async () => setCart(await api.cart());

  // Once, when the shop opens
  useEffect(() => void reloadCart().catch(() => undefined), []);
  useEffect(() => {
    if (message === "") return undefined;
    const timer = setTimeout(() => say(""), MESSAGE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message]);

  async function signIn(key: string): Promise<void> {
    const hadGuestCart = session.guestId() !== null;
    const signedIn = await session.signIn(key);
    setCustomer(signedIn);
    if (!hadGuestCart) return reloadCart();
    const merged = await api.mergeCart();
    setCart({ ...merged.cart, notices: merged.notices });
    if (merged.merged) say("Your cart came along to your account.");
    return undefined;
  }
  async function signOut(): Promise<void> {
    session.signOut();
    setCustomer(null);
    await reloadCart();
  }
  const productOf = (productId: string) => products.get(productId);
  const pictureOf = (productId: string) => <ProductPicture product={productOf(productId)} />;
  return { shop, productOf, pictureOf, customer, cart, setCart, reloadCart, signIn, signOut, message, say };
}
