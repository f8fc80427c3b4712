import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "../../../config/express.config.js";
import { requestDocumented } from "../../support/documented-answers.js";

/** The tests' own check: answers over HTTP are what the API's document says. */
describe("An answer of the service in a test", () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function serve(listener: RequestListener) {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return requestDocumented(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** A service with one answer to everything. */
  const answering = (status: number, body: object) =>
    serve((_request, response) => {
      response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(body));
    });

  const alive = { success: true, statusCode: 200, message: "Alive", data: { alive: true }, error: null };

  test("When it is as documented, or of a path without a route, then the test goes on", async () => {
    const http = await serve(createApp());
    expect((await http.get("/api/health/live")).body.data).toMatchObject(alive.data);
    expect((await http.get("/api/cart/items/nothing")).status).toBe(404);
    expect((await http.post("/api/cart/items").send({})).body.error.code).toBe("VALIDATION_ERROR");
  });

  test("When a route declares an answer with an error's status, then that is documented and not a refusal", async () => {
    const { body } = await (await serve(createApp())).get("/api/health/ready").expect(503);
    expect(body.data).toEqual({ ready: false, reason: "starting" });
  });

  test("When a field is missing, has another type or is not documented, then the test fails with its path", async () => {
    const withCount = { ...alive, data: { ...alive.data, count: 1 } };
    const faults: [object, RegExp][] = [
      [{ ...alive, data: {} }, /\/data must have required property 'alive'/],
      [{ ...alive, data: { alive: "yes" } }, /\/data\/alive must be boolean/],
      [withCount, /\/data must NOT have additional properties .*count/],
    ];
    for (const [body, fault] of faults) {
      const http = await answering(200, body);
      await expect(http.get("/api/health/live")).rejects.toThrow(fault);
      await expect(http.get("/api/health/live")).rejects.toThrow(/^GET \/api\/health\/live answered 200/);
    }
  });

  test("When the status is not documented, then the test fails", async () => {
    const http = await answering(418, { ...alive, success: false, statusCode: 418, data: null });
    await expect(http.get("/api/health/live")).rejects.toThrow("which the API's document does not have");
  });
});
