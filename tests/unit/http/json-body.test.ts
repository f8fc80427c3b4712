import { parseJson } from "../../../middlewares/json-body.js";
import { type AppError, MalformedJsonError, ValidationError } from "../../../utils/errors.js";

const parse = (text: string) => parseJson(Buffer.from(text));

function refusalOf(bytes: Uint8Array): AppError | null {
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof ValidationError || error instanceof MalformedJsonError) return error;
    throw error;
  }
  return null;
}

describe("Parsing a JSON body", () => {
  test.each([
    ['{"a":[1,2.5,-3,true,null,"x"],"b":{"c":""}}'],
    ['{"a:b":"c:d","e":"\\":\\\\"}'],
    ["[]"],
    ['"text"'],
    ['{"name":"अनन्या 🙂 ₹"}'],
    ['{"a":{"x":1},"b":{"x":2}}'],
  ])("When it is %s, then it is what JSON.parse says", (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ["half an object", '{"a":1'],
    ["NaN", '{"a":NaN}'],
    ["a trailing comma", '{"a":1,}'],
    ["two values", "{} {}"],
    ["nothing but blanks", "  "],
  ])("When it is %s, then it is malformed", (_what, text) => {
    expect(() => parse(text)).toThrow(MalformedJsonError);
  });

  test("When UTF-8 breaks off, then it is malformed", () => {
    expect(refusalOf(Buffer.from([0x22, 0xe0, 0xa4, 0x22]))).toBeInstanceOf(MalformedJsonError);
  });

  test.each([
    ["a key twice", '{"quantity":1,"quantity":99}'],
    ["a key twice, once escaped", '{"a":1,"\\u0061":2}'],
    ["a nested key twice", '{"x":[{"a":{"b":1},"a":2}]}'],
    ["__proto__", '{"__proto__":{"polluted":true}}'],
    ["constructor.prototype", '{"a":{"constructor":{"prototype":{"polluted":true}}}}'],
    ["NUL", '{"a":"x\\u0000y"}'],
    ["NUL in a key", '{"a\\u0000":1}'],
    ["half a surrogate pair", '{"a":"\\ud800"}'],
    ["-0", '{"a":-0}'],
  ])("When it has %s, then it is refused", (_what, text) => {
    expect(() => parse(text)).toThrow(ValidationError);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("When it is nested 20 deep, then it is accepted; 21 deep is refused", () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(refusalOf(Buffer.from(nested(20)))).toBeNull();
    expect(refusalOf(Buffer.from(nested(21)))).toBeInstanceOf(ValidationError);
  });

  test("When it is nested 15,000 deep, then the stack survives the refusal", () => {
    const objects = `${'{"a":'.repeat(15_000)}1${"}".repeat(15_000)}`;
    expect(refusalOf(Buffer.from(objects))).toBeInstanceOf(ValidationError);
  });
});
