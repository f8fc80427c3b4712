import http from "node:http";
import type { AddressInfo } from "node:net";

/** A neighbour as a raw HTTP server, whose answers the test controls. */

export interface SeenRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: unknown;
}

export type Answerer = (
  request: SeenRequest,
  response: http.ServerResponse,
  message: http.IncomingMessage,
) => void;

export interface StubServer {
  url: string;
  requests: SeenRequest[];
  /** Counts TCP connections. */
  connections: number;
  answer: Answerer;
  close(): Promise<void>;
}

async function readBody(message: http.IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of message) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

const open = new Set<StubServer>();

/** For `afterEach`: also after a failed test nothing stays open. */
export async function closeStubs(): Promise<void> {
  await Promise.all([...open].map((stub) => stub.close()));
}

export async function startStub(
  answer: Answerer = (_request, response) => ok(response, {}),
): Promise<StubServer> {
  const server = http.createServer((message, response) => {
    readBody(message)
      .then((body) => {
        const request = {
          method: message.method ?? "",
          path: message.url ?? "",
          headers: message.headers,
          body,
        };
        stub.requests.push(request);
        stub.answer(request, response, message);
      })
      .catch(() => message.destroy());
  });
  server.on("connection", () => {
    stub.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: StubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    connections: 0,
    answer,
    close: () =>
      new Promise((resolve) => {
        open.delete(stub);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  open.add(stub);
  return stub;
}

export function json(response: http.ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A success in the neighbours' envelope. */
export function ok(response: http.ServerResponse, data: unknown): void {
  json(response, 200, { success: true, message: "ok", data, error: null });
}

/** A refusal in the envelope. */
export function refuse(
  response: http.ServerResponse,
  status: number,
  error: unknown,
  data: unknown = null,
): void {
  json(response, status, { success: false, message: "no", data, error });
}

/** The address of a port on which nothing listens any more. */
export async function closedUrl(): Promise<string> {
  const stub = await startStub();
  await stub.close();
  return stub.url;
}

/** Resolves once `condition` holds; the events that change it come from the event loop. Throws after five seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error("what was awaited did not happen");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
