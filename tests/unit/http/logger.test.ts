import Joi from "joi";
import { createLogger } from "../../../config/logger.config.js";
import { runWithContext } from "../../../utils/request-context.js";

/** What a logger writes, line by line. */
function listen(level = "info") {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line) => void lines.push(line) });
  return { logger, text: () => lines.join(""), last: () => JSON.parse(lines.at(-1) ?? "null") as unknown };
}

function joiError(): Error {
  const schema = Joi.object({ customer: Joi.object({ email: Joi.string().pattern(/^a/) }) });
  return schema.validate({ customer: { email: "CANARY" } }).error ?? new Error("valid");
}

function parseError(text: string): Error {
  try {
    return new Error(String(JSON.parse(text)));
  } catch (error) {
    return error instanceof Error ? error : new Error("not thrown");
  }
}

describe("The log", () => {
  test("When something is logged, then the line has level, time, fields and message", () => {
    const { logger, last } = listen();
    logger.info({ orderNumber: "ORD-2026-000001" }, "> Order placed");
    expect(last()).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      orderNumber: "ORD-2026-000001",
      msg: "> Order placed",
    });
  });

  test("When it happens within a request, then the line has the request's id", () => {
    const { logger, last } = listen();
    runWithContext({ requestId: "req-12345678" }, () => logger.info("> Within"));
    expect(last()).toMatchObject({ requestId: "req-12345678" });
    logger.info("> Outside");
    expect(last()).not.toHaveProperty("requestId");
  });

  test("When secrets are logged by mistake, at any depth, then they do not appear", () => {
    const { logger, text } = listen();
    const canary = "CANARY-4111111111111111";
    logger.info(
      {
        token: canary,
        Authorization: canary,
        refund: { bankAccount: { accountNumber: canary, ifsc: canary } },
        customers: [{ email: canary, phone: canary, shippingAddress: { line1: canary } }],
        request: { headers: { authorization: canary }, body: { a: canary } },
      },
      "> Careless",
    );
    expect(text()).not.toContain(canary);
    expect(text()).toContain("[redacted]");
  });

  test("When an HTTP client's error is logged, then the request inside it is not", () => {
    const { logger, text, last } = listen();
    const error = Object.assign(new Error("socket hang up"), {
      code: "ECONNRESET",
      config: { headers: { Authorization: "Bearer CANARY" }, data: "CANARY" },
    });
    logger.error({ err: error }, "> Call failed");
    logger.error(error, "> Call failed");
    logger.error({ details: { failure: error } }, "> Call failed");
    expect(text()).not.toContain("CANARY");
    expect(last()).toMatchObject({ details: { failure: { code: "ECONNRESET", message: "socket hang up" } } });
  });

  test("When the database reports a duplicate, then its values stay out of the log", () => {
    const { logger, text } = listen();
    logger.error({ err: new Error('E11000 duplicate key error dup key: { email: "a@b.in" }') }, "> Twice");
    expect(text()).not.toContain("a@b.in");
  });

  test.each([
    ["a schema", joiError()],
    [
      "Mongoose",
      new Error('Cast to Number failed for value "{ name: \'CANARY\' }" (type Object) at path "amount"'),
    ],
    ["JSON.parse", parseError("<html>CANARY</html>")],
    ["a neighbour", new Error("no mail for canary@example.in or +91 98450 12345")],
  ])("When an error of %s quotes a value, then the value stays out of the log", (_what, error) => {
    const { logger, text } = listen();
    logger.error({ err: error }, "> Failed");
    logger.error({ err: new Error("outer", { cause: error }) }, "> Failed");
    expect(text()).not.toMatch(/canary|98450/i);
  });

  test("When a schema's error is logged, then its paths and rules are", () => {
    const { logger, last } = listen();
    logger.error({ err: joiError() }, "> Failed");
    expect(last()).toMatchObject({ err: { message: "customer.email: string.pattern.base" } });
  });

  test("When an error has a cause, then both are logged with their stacks", () => {
    const { logger, last } = listen();
    logger.error({ err: new Error("outer", { cause: new TypeError("inner") }) }, "> Failed");
    expect(last()).toMatchObject({
      err: { message: "outer", stack: expect.any(String), cause: { type: "TypeError", message: "inner" } },
    });
  });

  test("When a value has line ends or escape sequences, then the line stays one line", () => {
    const { logger, text } = listen();
    logger.info({ reason: 'a\n{"level":"fatal"}\u001b[31m' }, "> Injected");
    expect(text().trimEnd().split("\n")).toHaveLength(1);
  });
});
