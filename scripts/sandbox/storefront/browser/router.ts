import { useLayoutEffect, useState } from "preact/hooks";

/** The pages of the shop are addresses of their own, so that links in mails and the back button work. */

const CHANGED = "shop:navigated";

export function navigate(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new Event(CHANGED));
  scrollTo(0, 0);
}

/** Follows plain links of the shop without loading the page again. */
function followLinks(event: MouseEvent): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!isPlain || event.defaultPrevented || !link || link.target !== "" || link.hasAttribute("download"))
    return;
  if (link.origin !== location.origin || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export interface Address {
  path: string;
  query: URLSearchParams;
}

const here = (): Address => ({ path: location.pathname, query: new URLSearchParams(location.search) });

/** The address of the page, also after it changes. */
export function useAddress(): Address {
  const [address, setAddress] = useState(here);
  // Before the effects of the pages: some of them lead on to another page at once.
  useLayoutEffect(() => {
    const update = () => setAddress(here());
    addEventListener(CHANGED, update);
    addEventListener("popstate", update);
    document.addEventListener("click", followLinks);
    return () => {
      removeEventListener(CHANGED, update);
      removeEventListener("popstate", update);
      document.removeEventListener("click", followLinks);
    };
  }, []);
  return address;
}

/** Matches `/orders/:orderNumber`. @returns the named parts, or null */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":") && value !== "") found[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return found;
}
