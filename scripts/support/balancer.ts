import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/**
 * A load balancer like those in production: in turns, over connections that are kept open, only to instances whose
 * readiness check succeeds. It repeats nothing, so every request that an instance loses is counted.
 */
export interface Balancer {
  url: string;
  /** Requests without an answer of an instance. */
  lost: string[];
  /** Requests by instance. */
  served: Map<string, number>;
  /** Resolves when the instance gets requests. */
  add(url: string): Promise<void>;
  remove(url: string): void;
  stop(): Promise<void>;
}

export interface BalancerOptions {
  /** Whether the answer of this request is lost: the instance has done its work, and the client's connection breaks. */
  losesAnswer?: () => boolean;
}

/** As in the Kubernetes example: every 2 s. Four times as often, so that the test takes less time. */
const CHECK_INTERVAL_MS = 500;
/** A frozen instance never answers. */
const CHECK_TIMEOUT_MS = 1_500;
/**
 * Longer than clients keep idle connections. With Node's 5 s, a client that is late by a second sends on a connection
 * that closes at that moment.
 */
const KEEP_ALIVE_MS = 65_000;

export async function startBalancer({ losesAnswer = () => false }: BalancerOptions = {}): Promise<Balancer> {
  const ready = new Map<string, boolean>();
  const agent = new Agent({ keepAlive: true });
  const lost: string[] = [];
  const served = new Map<string, number>();
  let turn = 0;

  const check = async (url: string): Promise<void> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const answer = await fetch(`${url}/api/health/ready`, { signal }).catch(() => null);
    if (ready.has(url)) ready.set(url, answer?.status === 200);
  };
  const timer = setInterval(() => void Promise.all([...ready.keys()].map(check)), CHECK_INTERVAL_MS);

  const choose = (): string | undefined => {
    const up = [...ready].filter(([, isReady]) => isReady).map(([url]) => url);
    turn += 1;
    return up[turn % up.length];
  };
  const refuse = (from: IncomingMessage, to: ServerResponse, why: string): void => {
    lost.push(`${from.method} ${from.url}: ${why}`);
    to.writeHead(502, { "Content-Type": "application/json" }).end(JSON.stringify({ success: false }));
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (from, to) => {
    const target = choose();
    if (target === undefined) return refuse(from, to, "no instance is ready");
    served.set(target, (served.get(target) ?? 0) + 1);
    const { method, headers, url } = from;
    const passed = request(target + url, { method, headers, agent }, (answer) => {
      if (losesAnswer()) {
        answer.resume();
        from.socket.resetAndDestroy();
        return;
      }
      // The connection between balancer and instance is not the client's.
      const { connection: _connection, ...rest } = answer.headers;
      to.writeHead(answer.statusCode ?? 502, rest);
      // An instance that dies in the middle of an answer breaks the client's connection, too.
      pipeline(answer, to, () => undefined);
    });
    passed.once("error", (error) => {
      if (to.headersSent) to.destroy();
      else refuse(from, to, `${target} ${error.message}`);
    });
    from.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost,
    served,
    async add(url) {
      ready.set(url, false);
      await check(url);
      if (!ready.get(url)) throw new Error(`${url} is not ready`);
    },
    remove: (url) => void ready.delete(url),
    async stop() {
      clearInterval(timer);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
