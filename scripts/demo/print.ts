/** What the demo looks like on a terminal. No colours where nobody sees them. */
const colourful = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: string) => (text: string) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint("1");
export const dim = paint("2");
export const green = paint("32");
export const red = paint("31");
export const cyan = paint("36");

const WIDTH = 100;

export const print = (text = ""): void => {
  process.stdout.write(`${text}\n`);
};

export function heading(title: string): void {
  print();
  print(bold(`━━ ${title} ${"━".repeat(Math.max(0, WIDTH - title.length - 4))}`));
}

export const narrate = (text: string): void => print(`   ${text}`);

/** `→ POST /api/cart/items {…}` and `← 200 …`, each on a line. */
export function exchange(call: {
  method: string;
  path: string;
  body?: unknown;
  status: number;
  told: string;
}): void {
  const body = call.body === undefined ? "" : ` ${dim(shorten(JSON.stringify(call.body), 88))}`;
  print(` ${cyan("→")} ${call.method.padEnd(6)} ${call.path}${body}`);
  const mark = call.status < 400 ? green(String(call.status)) : red(String(call.status));
  print(` ${cyan("←")} ${mark} ${call.told}`);
}

export const outside = (text: string): void => print(` ${cyan("∙")} ${dim(text)}`);

export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

export function check(holds: boolean, what: string): void {
  print(` ${holds ? green("✔") : red("✘")} ${what}`);
  if (!holds) throw new Error(`This does not hold: ${what}`);
}

/** A plain table; numbers and amounts to the right. */
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
