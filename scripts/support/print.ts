/** Terminal output of the scripts. Colours only on a terminal. */
const hasColours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: string) => (text: string) => (hasColours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint("1");
const dim = paint("2");
export const green = paint("32");
export const red = paint("31");
const cyan = paint("36");

const WIDTH = 100;

export const print = (text = ""): void => {
  process.stdout.write(`${text}\n`);
};

export function heading(title: string): void {
  print();
  print(bold(`━━ ${title} ${"━".repeat(Math.max(0, WIDTH - title.length - 4))}`));
}

export const narrate = (text: string): void => print(`   ${text}`);

/** One line for the request, `→ POST /api/cart/items {…}`, and one for the answer, `← 200 …`. */
export function printExchange(call: {
  method: string;
  path: string;
  body?: unknown;
  status: number;
  summary: string;
}): void {
  const body = call.body === undefined ? "" : ` ${dim(shorten(JSON.stringify(call.body), 88))}`;
  print(` ${cyan("→")} ${call.method.padEnd(6)} ${call.path}${body}`);
  const mark = call.status < 400 ? green(String(call.status)) : red(String(call.status));
  print(` ${cyan("←")} ${mark} ${call.summary}`);
}

/** Something that happens outside the service: at the gateway, at a neighbour, with the customer. */
export const narrateOutside = (text: string): void => print(` ${cyan("∙")} ${dim(text)}`);

const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Prints the expectation with a tick or a cross. @throws Error when it does not hold */
export function check(holds: boolean, expectation: string): void {
  print(` ${holds ? green("✔") : red("✘")} ${expectation}`);
  if (!holds) throw new Error(`This does not hold: ${expectation}`);
}

/** Prints a table; numbers and amounts are aligned to the right. */
export function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? "").length)));
  cells.forEach((row, line) => {
    const text = row.map((cell, index) => {
      const isAmount = line > 0 && (typeof rows[line - 1]?.[index] === "number" || cell.startsWith("₹"));
      return isAmount ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
    });
    print(`   ${line === 0 ? bold(text.join("  ")) : text.join("  ")}`);
    if (line === 0) print(`   ${dim(widths.map((width) => "─".repeat(width)).join("──"))}`);
  });
}

export const rupees = (amount: number): string =>
  `₹${amount.toLocaleString("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
