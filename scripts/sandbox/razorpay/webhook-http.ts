import type { ClientRequest } from "node:http";
import http from "node:http";
import https from "node:https";

export interface Post {
  url: string;
  body: Buffer;
  headers: Record<string, string | string[]>;
  timeoutMs: number;
}

export interface Answer {
  status: number | null;
  error: string | null;
}

/** Posts raw bytes; follows no redirect; any answer later than the time-out is none. */
export class Poster {
  private readonly active = new Set<ClientRequest>();

  post({ url, body, headers, timeoutMs }: Post): Promise<Answer> {
    return new Promise((resolve) => {
      const send = url.startsWith("https:") ? https.request : http.request;
      const request = send(url, {
        method: "POST",
        // A kept connection that the receiver closes meanwhile would look like a failed delivery.
        agent: false,
        headers: { ...headers, "Content-Length": body.length },
      });
      this.active.add(request);
      const timer = setTimeout(() => request.destroy(new Error("timeout")), timeoutMs);
      const finish = (answer: Answer) => {
        clearTimeout(timer);
        this.active.delete(request);
        resolve(answer);
      };
      request.on("response", (response) => {
        const status = response.statusCode ?? null;
        response.on("error", (error) => finish({ status: null, error: error.message }));
        response.on("end", () => finish({ status, error: null }));
        response.resume();
      });
      request.on("error", (error) => finish({ status: null, error: error.message }));
      request.end(body);
    });
  }

  close(): void {
    for (const request of this.active) request.destroy(new Error("simulator closed"));
  }
}
