import { byId } from "./dom.js";

export interface Question {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
}

/** Asks before something is done. Escape and Cancel are no; the browser gives the focus back. */
export function confirm({ title, text, action }: Question): Promise<boolean> {
  const dialog = byId("confirm", HTMLDialogElement);
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Says what came of an action, aloud too. It stays until the person closes it or the next one comes. */
export function announce(text: string, tone: "good" | "bad"): void {
  const notice = byId("notice");
  notice.hidden = false;
  notice.className = `notice ${tone}`;
  byId("notice-text").textContent = text;
}

export function closeNotice(): void {
  byId("notice").hidden = true;
  byId("notice-text").textContent = "";
}

export function prepareDialogs(): void {
  const dialog = byId("confirm", HTMLDialogElement);
  byId("confirm-no").addEventListener("click", () => dialog.close("no"));
  byId("confirm-yes").addEventListener("click", () => dialog.close("yes"));
  byId("notice-close").addEventListener("click", closeNotice);
}
