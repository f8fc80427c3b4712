/**
 * The admin's token, in this tab only: `sessionStorage` ends with the tab. A link may bring it in the fragment, which
 * browsers do not send; it is taken out of the address at once, so that it is not in the history either.
 */
const KEY = "ops.token";
/** Why the person has to sign in again, for the page after this one. */
const REASON_KEY = "ops.reason";
const FRAGMENT = "#token=";

export const currentToken = (): string | null => sessionStorage.getItem(KEY);

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim().replace(/^Bearer\s+/i, ""));
}

export function forgetToken(reason: string | null): void {
  sessionStorage.removeItem(KEY);
  if (reason !== null) sessionStorage.setItem(REASON_KEY, reason);
}

export function takeReason(): string | null {
  const reason = sessionStorage.getItem(REASON_KEY);
  sessionStorage.removeItem(REASON_KEY);
  return reason;
}

export function takeTokenFromAddress(): void {
  const { hash, pathname, search } = window.location;
  if (!hash.startsWith(FRAGMENT)) return;
  keepToken(decodeURIComponent(hash.slice(FRAGMENT.length)));
  window.history.replaceState(null, "", pathname + search);
}
