import { messageOf, post } from "./api.js";
import { announce, confirm, type Question } from "./dialog.js";
import { h } from "./dom.js";

export interface Action<T> {
  /** On the button. */
  label: string;
  /** Of the button, for those who do not see the row it is in. */
  name: string;
  /** Keeps the focus over updates. */
  key: string;
  question: Question;
  path: string;
  /** What came of it, in words. */
  told: (result: T) => { text: string; isGood: boolean };
  /** Reads again what has changed. */
  done: () => void;
}

/** Actions under way, so that an update of the page does not offer them again. */
const underWay = new Set<string>();

/** A button that asks, acts, and says what came of it. */
export function actionButton<T>(action: Action<T>): HTMLButtonElement {
  const { label, name, key } = action;
  const isBusy = underWay.has(key);
  const attributes = {
    type: "button",
    "aria-label": name,
    "data-key": key,
    "aria-disabled": isBusy ? "true" : "false",
  };
  return h("button", { ...attributes, click: () => void act(action) }, isBusy ? "…" : label);
}

async function act<T>({ key, question, path, told, done }: Action<T>): Promise<void> {
  if (underWay.has(key) || !(await confirm(question))) return;
  underWay.add(key);
  done();
  try {
    const { text, isGood } = told(await post<T>(path));
    announce(text, isGood ? "good" : "bad");
  } catch (error) {
    announce(messageOf(error), "bad");
  } finally {
    underWay.delete(key);
    done();
  }
}
