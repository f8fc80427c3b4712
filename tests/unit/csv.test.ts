import { fromCsv, toCsv, toCsvStream } from "../../utils/csv.js";

const BOM = "\ufeff";

test("When cells have commas, quotes or line breaks, then they are quoted, and lines end with CRLF", () => {
  expect(
    toCsv([
      ["a", "b"],
      ['say "so", twice', "x\ny"],
      ["x\ry", 1],
    ]),
  ).toBe(`${BOM}a,b\r\n"say ""so"", twice","x\ny"\r\n"x\ry",1\r\n`);
});

test.each(["=1+1", "+91", "-cmd", "@sum", "\tx", "\rx", "\n=1", "\0=1", "＝1", "=HYPERLINK(1)"])(
  "When a text begins like the formula %j, then it gets an apostrophe",
  (text) => {
    expect(toCsv([[text]]).replace(/^\ufeff"?/, "")).toMatch(/^'/);
  },
);

test.each([-25, "-25.00", "0.05", 5, "300490"])("When a cell is the number %p, then it stays one", (cell) => {
  expect(toCsv([[cell]])).toBe(`${BOM}${cell}\r\n`);
});

test("When a text has a semicolon, then it is quoted, so that nothing behind it is a cell of its own", () => {
  expect(toCsv([["a;=1+1"]])).toBe(`${BOM}"a;=1+1"\r\n`);
});

test("When a text is in another script, then it is kept", () => {
  expect(toCsv([["अर्जुन", "محمد"]])).toBe(`${BOM}अर्जुन,محمد\r\n`);
});

describe("a table that is streamed", () => {
  /** Counts how many rows were asked for; `ended` resolves when the iteration is given up or complete. */
  function rowsOf(amount: number) {
    const seen = { read: 0 };
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    async function* rows() {
      try {
        for (; seen.read < amount; seen.read += 1) yield [`=row ${seen.read}`, seen.read];
      } finally {
        end();
      }
    }
    return { seen, ended, rows: rows() };
  }

  test("When it is read to the end, then it is the table that toCsv makes", async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of await toCsvStream(["a", "b"], rowsOf(451).rows))
      chunks.push(Buffer.from(chunk));
    const table = Array.from({ length: 451 }, (_unused, index) => [`=row ${index}`, index]);
    expect(Buffer.concat(chunks).toString()).toBe(toCsv([["a", "b"], ...table]));
  });

  test("When nobody reads on, then it stops asking for rows; when the reader leaves, then it ends", async () => {
    const { seen, ended, rows } = rowsOf(1_000_000);
    for await (const _chunk of await toCsvStream(["a", "b"], rows)) break;
    expect(seen.read).toBeLessThan(20_000);
    await ended;
  });
});

describe("reading", () => {
  const read = (text: string) => fromCsv(Buffer.from(text));

  test("When a file is one of ours, then it reads back as it was written", () => {
    const rows = [
      ["phone", "pincode", "note", "amount"],
      ["+919845012345", "012345", '=A1; "quoted",\r\nsecond line\u2028end', "-25.00"],
      ["＝1", "\tx", "@sum", "'plain'"],
    ];
    expect(read(toCsv(rows))).toEqual(rows);
  });

  test.each([
    ["without a mark, with LF", "a,b\n1,2\n"],
    ["with blank lines", "a,b\r\n\r\n1,2\r\n\r\n"],
    ["with semicolons", "a;b\r\n1;2"],
  ])("When a spreadsheet has saved it %s, then it is read", (_how, text) => {
    expect(read(text)).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });

  test("When it is not CSV in UTF-8, then it is refused", () => {
    for (const bytes of [
      [0xff, 0xfe, 0x61],
      [0x61, 0x00],
      [0x22, 0x61],
    ])
      expect(() => fromCsv(Buffer.from(bytes))).toThrow();
  });
});

test("When a text has a line separator of Unicode, then it is quoted, so that the record stays one", () => {
  expect(toCsv([["one\u2028two", "three\u2029four", "five\u0085six"]])).toBe(
    `${BOM}"one\u2028two","three\u2029four","five\u0085six"\r\n`,
  );
});
