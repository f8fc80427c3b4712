/** Makes elements. Text always becomes a text node, so nothing that the service answers is ever read as markup. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/** An attribute that is a function is a listener (`click`), `true` an attribute without a value, `false` none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @throws Error when the page has no such element */
export function byId<T extends HTMLElement = HTMLElement>(id: string, type?: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!found || (type && !(found instanceof type))) throw new Error(`no #${id} in the page`);
  return found as T;
}

/** Where a section shows what it has read. */
export function bodyOf(sectionId: string): HTMLElement {
  const body = byId(sectionId).querySelector<HTMLElement>(".body");
  if (!body) throw new Error(`no body in #${sectionId}`);
  return body;
}

/**
 * Replaces what an element shows. The focus stays on the control with the same `data-key`, and opened details stay open,
 * so that an update does not take anything out of the person's hands.
 */
export function fill(container: HTMLElement, ...children: readonly Child[]): void {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  const open = [...container.querySelectorAll("details[open]")].map(keyOf);
  container.replaceChildren(...children.filter((child) => child !== null));
  for (const element of container.querySelectorAll("details"))
    if (open.includes(keyOf(element))) element.open = true;
  if (focused === null) return;
  container.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

const keyOf = (element: Element | null): string | null => element?.getAttribute("data-key") ?? null;

export type Tone = "good" | "fair" | "bad" | "plain";

/** A state in words; the colour only repeats it. */
export const chip = (text: string, tone: Tone): HTMLElement => h("span", { class: `chip ${tone}` }, text);

export const muted = (...children: readonly Child[]): HTMLElement =>
  h("span", { class: "muted" }, ...children);

export const problem = (text: string): HTMLElement => h("p", { class: "problem" }, text);

/** A cell: its main line and, below, what explains it. */
export type Cell = Child | readonly Child[];

export interface Table {
  /** Names the table for those who do not see the heading above it. */
  caption: string;
  head: readonly string[];
  /** The first cell of a row is its heading. */
  rows: readonly (readonly Cell[])[];
  /** Indexes of columns with figures. */
  figures?: readonly number[];
}

export function table({ caption, head, rows, figures = [] }: Table): HTMLElement {
  const classOf = (column: number): Attributes => (figures.includes(column) ? { class: "figure" } : {});
  const cell = (content: Cell, column: number) => {
    const children: readonly Child[] = isList(content) ? content : [content];
    return column === 0 ? h("th", { scope: "row" }, ...children) : h("td", classOf(column), ...children);
  };
  return h(
    "table",
    {},
    h("caption", { class: "hidden-label" }, caption),
    h(
      "thead",
      {},
      h("tr", {}, ...head.map((text, column) => h("th", { scope: "col", ...classOf(column) }, text))),
    ),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell)))),
  );
}

const isList = (content: Cell): content is readonly Child[] => Array.isArray(content);
