import { MalformedJsonError, ValidationError } from "../utils/errors.js";

/** Deeper than any valid body. Recursion over a deeper one could overflow the stack. */
const MAX_DEPTH = 20;
/** More than any valid body: 5,000 rows have four each. Joi keeps the faults of all of them on the stack, up to two each. */
const MAX_VALUES = 40_000;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const LONE_SURROGATE = /\p{Surrogate}/u;

const decoder = new TextDecoder("utf-8", { fatal: true });

const invalid = (message: string, path = ""): ValidationError =>
  new ValidationError([{ in: "body", path, message }]);

function assertText(text: string, path: string): void {
  if (text.includes("\0")) throw invalid("must not contain the NUL character", path);
  if (LONE_SURROGATE.test(text)) throw invalid("must be well-formed Unicode", path);
}

interface Visit {
  value: unknown;
  /** The name of its field. */
  name: string;
  depth: number;
}

/** The values inside an object or array, to be visited next. */
function childrenOf(container: object, { name, depth }: Visit): Visit[] {
  if (depth > MAX_DEPTH) throw invalid(`must not be nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(container)) {
    return container.map((value: unknown) => ({ value, name, depth: depth + 1 }));
  }
  return Object.entries(container).map(([key, value]) => {
    if (FORBIDDEN_KEYS.has(key)) throw invalid(`"${key}" is not allowed`, key);
    assertText(key, name);
    return { value, name: key, depth: depth + 1 };
  });
}

/**
 * Refuses valid JSON that would cause trouble later. Iterative, because depth is one of the checks.
 * @returns how many keys all objects have together
 */
function assertHarmless(root: unknown): number {
  const visits: Visit[] = [{ value: root, name: "", depth: 1 }];
  let keys = 0;
  let values = 0;
  for (let visit = visits.pop(); visit; visit = visits.pop()) {
    const { value, name } = visit;
    if (typeof value === "string") assertText(value, name);
    else if (Object.is(value, -0)) throw invalid("must not be -0", name);
    else if (typeof value === "object" && value !== null) {
      const children = childrenOf(value, visit);
      values += children.length;
      if (values > MAX_VALUES) throw invalid(`must not have more than ${MAX_VALUES} values`);
      if (!Array.isArray(value)) keys += children.length;
      for (const child of children) visits.push(child);
    }
  }
  return keys;
}

/** How many keys the text has: its colons outside strings. */
function countWrittenKeys(text: string): number {
  let count = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index += 1;
    else if (code === 0x22) inString = !inString;
    else if (code === 0x3a && !inString) count += 1;
  }
  return count;
}

/** @throws MalformedJsonError */
function decodeJson(bytes: Uint8Array): { text: string; value: unknown } {
  try {
    const text = decoder.decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    throw new MalformedJsonError();
  }
}

/**
 * The value of a JSON text in UTF-8. A duplicate key is refused, because a proxy that checked the request may have
 * read the other value.
 * @throws MalformedJsonError, ValidationError
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { text, value } = decodeJson(bytes);
  if (assertHarmless(value) !== countWrittenKeys(text)) throw invalid("must not contain a key twice");
  return value;
}

/**
 * The value of a signed JSON text. Odd content is accepted: a sender whose event is refused repeats it for a day and
 * then stops sending events. Its fields are read one by one.
 * @throws MalformedJsonError
 */
export const parseSignedJson = (bytes: Uint8Array): unknown => decodeJson(bytes).value;
