import http from "node:http";
import https from "node:https";
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from "axios";

/**
 * The last step of an axios call, for neighbours: keep-alive sockets, a deadline for everything, a limit on
 * the answer. axios' own does far more (redirects, proxies, forms, progress, unpacking) and costs 0.1 ms of
 * CPU a call more, which is a tenth of a core at full load; none of that is wanted between services.
 */

export interface AdapterOptions {
  /** With a path, if the neighbour lives below one. */
  baseUrl: string;
  maxSockets: number;
  /** Of an answer's body. */
  maxBytes: number;
}

/** Codes that `http-answer.ts` knows, beside those of Node. */
export const DEADLINE = "ERR_DEADLINE";
export const TOO_LARGE = "ERR_BODY_TOO_LARGE";

const failWith = (code: string): Error => Object.assign(new Error(code), { code });

interface Exchange {
  options: http.RequestOptions;
  body: string | undefined;
  /** For everything, in ms. */
  deadlineMs: number;
  maxBytes: number;
}

interface RawAnswer {
  message: http.IncomingMessage;
  text: string;
}

/** Reads a body of at most `maxBytes`; `done` is called once, whatever happens. */
function readBody(
  message: http.IncomingMessage,
  maxBytes: number,
  done: (error: Error | null, text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) message.destroy(failWith(TOO_LARGE));
    else chunks.push(chunk);
  });
  message.on("end", () => done(null, Buffer.concat(chunks).toString("utf8")));
  // A body that ends before its length also arrives here.
  message.on("error", (error) => done(error, ""));
}

function exchange(send: typeof http.request, { options, body, deadlineMs, maxBytes }: Exchange) {
  return new Promise<RawAnswer>((resolve, reject) => {
    const request = send(options, (message) => {
      readBody(message, maxBytes, (error, text) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve({ message, text });
      });
    });
    // Counted from the start, not from the last byte, so that a body that drips ends, too.
    const timer = setTimeout(() => {
      reject(failWith(DEADLINE));
      request.destroy();
    }, deadlineMs);
    request.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(body);
  });
}

/** An adapter for one neighbour. `url` of a call is its path with query, `timeout` its deadline (ms). */
export function createServiceAdapter({ baseUrl, maxSockets, maxBytes }: AdapterOptions): AxiosAdapter {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, "");
  const protocol = base.protocol === "https:" ? https : http;
  const agent = new protocol.Agent({ keepAlive: true, maxSockets });
  const { hostname, port } = base;

  return async (config: InternalAxiosRequestConfig): Promise<AxiosResponse<string>> => {
    const { message, text } = await exchange(protocol.request, {
      options: {
        agent,
        // The URL class keeps the brackets of an IPv6 address, which a socket does not want.
        hostname: hostname.replace(/^\[|\]$/g, ""),
        ...(port !== "" && { port }),
        method: config.method?.toUpperCase() ?? "GET",
        path: `${prefix}${config.url}`,
        headers: config.headers.toJSON(),
      },
      body: typeof config.data === "string" ? config.data : undefined,
      deadlineMs: config.timeout ?? 0,
      maxBytes,
    });
    return {
      data: text,
      status: message.statusCode ?? 0,
      statusText: message.statusMessage ?? "",
      headers: message.headers as Record<string, string>,
      config,
    };
  };
}
