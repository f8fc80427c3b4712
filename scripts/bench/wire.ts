import { connect, type Socket } from "node:net";

/** One request of the generator. The body is JSON text, serialised in advance where possible. */
export interface WireRequest {
  method: "GET" | "POST" | "PUT";
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface WireAnswer {
  status: number;
  body: string;
}

/**
 * A minimal HTTP/1.1 client: keep-alive sockets, one request per socket at a time, answers with a
 * Content-Length. Node's own client would use as much CPU as the measured service, on the same cores.
 */
export interface Wire {
  send(request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

interface Waiting {
  resolve(answer: WireAnswer): void;
  reject(error: Error): void;
}

const HEAD_END = "\r\n\r\n";
const REQUEST_TIMEOUT_MS = 30_000;

class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | null = null;
  isOpen = true;

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
    this.#socket.setTimeout(REQUEST_TIMEOUT_MS, () => {
      if (this.#waiting) this.#socket.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`));
    });
  }

  send(bytes: string): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.isOpen = false;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const start = headEnd + HEAD_END.length;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#socket.destroy(new Error(`the answer has no Content-Length: ${head.slice(0, 100)}`));
      return;
    }
    if (this.#received.length < start + length) return;
    const body = this.#received.toString("utf8", start, start + length);
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(error: Error): void {
    this.isOpen = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}

function toBytes(host: string, { method, path, headers = {}, body }: WireRequest): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body === undefined) return `${lines.join("\r\n")}${HEAD_END}`;
  if (headers["Content-Type"] === undefined) lines.push("Content-Type: application/json");
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join("\r\n")}${HEAD_END}${body}`;
}

/** Opens a connection whenever none is free: the caller limits the number of concurrent requests. */
export function openWire(url: string): Wire {
  const { hostname, port, host } = new URL(url);
  const free: Connection[] = [];
  const all = new Set<Connection>();

  function take(): Connection {
    for (let connection = free.pop(); connection; connection = free.pop()) {
      if (connection.isOpen) return connection;
      all.delete(connection);
    }
    const made = new Connection(hostname, Number(port));
    all.add(made);
    return made;
  }

  return {
    async send(request) {
      const connection = take();
      const answer = await connection.send(toBytes(host, request));
      free.push(connection);
      return answer;
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}
