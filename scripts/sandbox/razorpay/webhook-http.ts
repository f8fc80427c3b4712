import type { ClientRequest } from "node:http";
import http from "node:http";
import https from "node:https";

export interface Post {
  url: string;
  body: Buffer;
  headers: Record<string, string | string[]>;
  timeoutMs: number;
}

interface PostResult {
  status: number | null;
  error: string | null;
}

/** Enough for any burst, and few enough that the time-out measures the receiver and not our own backlog. */
const MAXIMUM_PARALLEL = 100;

/** Posts raw bytes, follows no redirects, and ignores answers after the time-out. */
export class Poster {
  private readonly active = new Set<ClientRequest>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  async post(post: Post): Promise<PostResult> {
    if (this.running >= MAXIMUM_PARALLEL) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
    try {
      return await this.send(post);
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private send({ url, body, headers, timeoutMs }: Post): Promise<PostResult> {
    return new Promise((resolve) => {
      const open = url.startsWith("https:") ? https.request : http.request;
      const request = open(url, {
        method: "POST",
        // If the receiver closed a kept-alive connection, it would look like a failed delivery.
        agent: false,
        headers: { ...headers, "Content-Length": body.length },
      });
      this.active.add(request);
      const timer = setTimeout(() => request.destroy(new Error("timeout")), timeoutMs);
      const finish = (answer: PostResult) => {
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
    this.waiting.length = 0;
    for (const request of this.active) request.destroy(new Error("simulator closed"));
  }
}
