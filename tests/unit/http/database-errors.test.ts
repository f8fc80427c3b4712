import { mongo } from "mongoose";
import { toAppError } from "../../../middlewares/error.middleware.js";

/** When the database fails, a client gets a 503 with Retry-After, never a 500. */
const serverError = (code: number): mongo.MongoServerError =>
  new mongo.MongoServerError({ message: "trouble", code });

const bulkError = (cause: Error): mongo.MongoBulkWriteError =>
  new mongo.MongoBulkWriteError(cause, Object.create(null));

describe("toAppError", () => {
  test.each([
    6, 7, 24, 43, 50, 64, 89, 91, 100, 112, 133, 134, 189, 237, 246, 251, 262, 9001, 10107, 11600, 11601,
    11602, 13435, 13436, 14031,
  ])("When the server answers with code %i, then the client is told to retry", (code) => {
    for (const method of ["GET", "POST"]) {
      const answer = toAppError(serverError(code), method);
      expect([method, answer.statusCode]).toEqual([method, 503]);
      expect(answer.retryAfterSeconds).toBeGreaterThan(0);
    }
  });

  test("When the connection is cut under a bulk write, then its outcome is unknown", () => {
    const error = bulkError(new mongo.MongoNetworkError("connection 42 closed"));
    expect(toAppError(error, "POST")).toMatchObject({ statusCode: 503, code: "OUTCOME_UNKNOWN" });
  });

  test("When a bulk write is refused for its content, then it is a bug of ours (500)", () => {
    const error = bulkError(serverError(9));
    expect(toAppError(error, "POST")).toMatchObject({ statusCode: 500 });
  });

  test("When the server says that a retry is safe, then the client may retry", () => {
    const error = new mongo.MongoServerError({ message: "trouble", errorLabels: ["RetryableWriteError"] });
    expect(toAppError(error, "POST")).toMatchObject({ statusCode: 503 });
  });
});
