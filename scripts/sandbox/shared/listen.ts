import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Longer than any pause of a test, so that a kept-alive connection is not closed under a request. */
const KEEP_ALIVE_MS = 65_000;

/** Serves the app on 127.0.0.1; port 0 takes a free one. Closing cuts open connections too. */
export async function listen(app: RequestListener, port = 0): Promise<Listening> {
  const server: Server = createServer(app);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
