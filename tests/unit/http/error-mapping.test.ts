import mongoose, { mongo } from "mongoose";
import { toAppError } from "../../../middlewares/error.middleware.js";
import { GENERAL_CODES } from "../../../middlewares/refusals.js";
import { ERROR_CODES, isNotFoundCode, isRuleCode, statusesOf } from "../../../utils/error-codes.js";
import * as errors from "../../../utils/errors.js";
import { OutcomeUnknownError, UpstreamTimeoutError } from "../../../utils/errors.js";

const server = (code: number, labels: string[] = []) =>
  new mongo.MongoServerError({ message: "failed for user 5, dup key: secret", code, errorLabels: labels });

/** The driver does not export the class of a wait for the pool that was too long. */
function poolTimeout(): Error {
  const error = new mongo.MongoDriverError("Timed out while checking out a connection");
  Object.defineProperty(error, "name", { value: "MongoWaitQueueTimeoutError" });
  return error;
}

describe("An error's answer", () => {
  test.each([
    ["a duplicate key", server(11000), 409, "VERSION_CONFLICT"],
    ["a write conflict", server(112), 503, "OVERLOADED"],
    ["a primary that steps down", server(189), 503, "OUTCOME_UNKNOWN"],
    ["a server that shuts down", server(91), 503, "OUTCOME_UNKNOWN"],
    ["a read or write that took too long", server(50), 503, "OUTCOME_UNKNOWN"],
    ["an unknown commit", server(1, ["UnknownTransactionCommitResult"]), 503, "OUTCOME_UNKNOWN"],
    ["a cut connection", new mongo.MongoNetworkError("cut"), 503, "OUTCOME_UNKNOWN"],
    ["no server", new mongoose.Error.MongooseServerSelectionError("none"), 503, "OUTCOME_UNKNOWN"],
    ["a full pool", poolTimeout(), 503, "OVERLOADED"],
    [
      "a value that cannot be cast",
      new mongoose.Error.CastError("ObjectId", "x", "_id"),
      400,
      "VALIDATION_ERROR",
    ],
    ["a bug", new TypeError("x is undefined"), 500, "INTERNAL_ERROR"],
    ["a thrown text", "secret", 500, "INTERNAL_ERROR"],
    ["a refusal of a path", Object.assign(new URIError("bad"), { status: 400 }), 400, "VALIDATION_ERROR"],
    ["one of ours", new UpstreamTimeoutError("pricing"), 504, "UPSTREAM_TIMEOUT"],
  ])("When it is %s, then a write gets %s %s", (_what, error, status, code) => {
    const answer = toAppError(error, "POST");
    expect(answer).toMatchObject({ statusCode: status, code });
    expect(JSON.stringify([answer.message, answer.details])).not.toContain("secret");
    if (status === 503) expect(answer.retryAfterSeconds).toBeGreaterThan(0);
  });

  test("When only a read failed, then nothing is unknown: the database is unavailable", () => {
    const answer = toAppError(new mongo.MongoNetworkError("cut"), "GET");
    expect(answer).toMatchObject({ statusCode: 503, code: "UPSTREAM_UNAVAILABLE", retryAfterSeconds: 5 });
  });

  test("When it is one of ours, then it is answered as it is", () => {
    const error = new OutcomeUnknownError("razorpay");
    expect(toAppError(error, "GET")).toBe(error);
  });
});

describe("The statuses of a code", () => {
  test("When a class has one code, then the table has its status", () => {
    const made = [
      ...[errors.MalformedJsonError, errors.UnauthenticatedError, errors.ForbiddenError],
      ...[errors.SameApproverError, errors.InvoiceNotReadyError, errors.CheckoutExpiredError],
      ...[errors.PayloadTooLargeError, errors.UnsupportedMediaTypeError, errors.IdempotencyKeyReusedError],
      ...[errors.OverloadedError, errors.InternalError],
    ].map((ErrorClass) => new ErrorClass());
    const ofNeighbours = [
      ...[errors.UpstreamBadResponseError, errors.UpstreamUnavailableError],
      ...[UpstreamTimeoutError, OutcomeUnknownError],
    ].map((ErrorClass) => new ErrorClass("pricing"));
    for (const { code, statusCode } of [...made, ...ofNeighbours, new errors.RateLimitedError(1)]) {
      expect([code, statusesOf(code)]).toEqual([code, [statusCode]]);
    }
  });

  test("When a code is a rule's or says that nothing is there, then its class has the code's status", () => {
    const codes = Object.keys(ERROR_CODES);
    expect(codes.filter(isRuleCode)).toEqual(expect.arrayContaining(["CART_LIMIT", "OUT_OF_STOCK"]));
    expect(codes.filter(isNotFoundCode)).toEqual(expect.arrayContaining(["NOT_FOUND", "ORDER_NOT_FOUND"]));
    for (const code of ["VALIDATION_ERROR", "INVOICE_NOT_READY", "toString"]) {
      expect([code, isRuleCode(code), isNotFoundCode(code)]).toEqual([code, false, false]);
    }
    for (const code of GENERAL_CODES) expect(statusesOf(code)).toHaveLength(1);
  });

  test("When a code is refused here and lost there, then it has both", () => {
    expect(statusesOf("OUT_OF_STOCK")).toEqual([400, 409]);
    expect(statusesOf("UPSTREAM_TIMEOUT")).toEqual([504]);
  });
});
