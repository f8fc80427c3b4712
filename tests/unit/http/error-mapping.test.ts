import mongoose, { mongo } from "mongoose";
import { toAppError } from "../../../middlewares/error.middleware.js";
import { GENERAL_CODES, statusesOf } from "../../../middlewares/refusals.js";
import {
  CONFLICT_CODES,
  NOT_FOUND_CODES,
  OutcomeUnknownError,
  RULE_CODES,
  UpstreamTimeoutError,
} from "../../../utils/errors.js";

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
  test("When a code is listed, then it has the status of its list", () => {
    for (const code of RULE_CODES) expect(statusesOf(code)).toContain(400);
    for (const code of NOT_FOUND_CODES) expect(statusesOf(code)).toContain(404);
    for (const code of CONFLICT_CODES) expect(statusesOf(code)).toContain(409);
    for (const code of GENERAL_CODES) expect(statusesOf(code)).toHaveLength(1);
  });

  test("When a code is refused here and lost there, then it has both", () => {
    expect(statusesOf("OUT_OF_STOCK")).toEqual([400, 409]);
    expect(statusesOf("UPSTREAM_TIMEOUT")).toEqual([504]);
  });
});
