import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/**
 * Every effect goes through a mechanism that has crash points (`utils/crash-points.ts`): the driver's
 * commands, the neighbours' client, the gateway's transport. Every read and write of the database has the
 * concerns of the one connection, or of a transaction.
 */
const PROJECT = resolve(__dirname, "../..");
const DEPLOYED: string[] = JSON.parse(readFileSync(join(PROJECT, "tsconfig.build.json"), "utf8")).include;

const HTTP_EXCHANGE = "services/integrations/http-exchange.ts";
const TRANSPORT = "services/integrations/razorpay/transport.ts";
const TRANSACTIONS = "services/platform/transaction.service.ts";
const DATABASE = "config/database.config.ts";

interface Way {
  what: string;
  pattern: RegExp;
  allowed: readonly string[];
  example: string;
}

/** The ways out of the process, and who may use them. A type alone does nothing. */
const WAYS: readonly Way[] = [
  {
    what: "axios",
    pattern: /^import (?!type )[^;]*from "axios"/m,
    allowed: [],
    example: `import axios, { type AxiosInstance } from "axios";`,
  },
  {
    what: "the gateway's SDK",
    pattern: /\bnew Razorpay\(/,
    allowed: [TRANSPORT],
    example: "const sdk = new Razorpay({ key_id: keyId });",
  },
  {
    what: "sockets and requests of Node",
    pattern: /^import (?!type )[^;]*from "(?:node:)?(?:https?|http2|net|tls|dgram|undici|child_process)"/m,
    allowed: [HTTP_EXCHANGE, TRANSPORT, "config/server.config.ts"],
    example: `import { request } from "node:https";`,
  },
  {
    what: "fetch",
    pattern: /(?<![\w.])fetch\(/,
    allowed: [],
    example: "await fetch(url)",
  },
  {
    what: "a session of its own",
    pattern: /\b(?:startSession|startTransaction|withTransaction|commitTransaction)\(/,
    allowed: [TRANSACTIONS],
    example: "const session = await mongoose.startSession();",
  },
  {
    what: "a connection of its own",
    pattern: /\bmongoose\.connect\(|\bcreateConnection\(|\bMongoClient\b(?=[.(])/,
    allowed: [DATABASE],
    example: "const client = new mongo.MongoClient(uri);",
  },
  {
    what: "a read or write concern of its own",
    pattern: /\b(?:readConcern(?:Level)?|writeConcern|readPreference)\b(?=\(|\s*:)/,
    allowed: [DATABASE, TRANSACTIONS],
    example: `await Order.find().readConcern("local");`,
  },
  {
    what: "a bare command, which the driver sends without the connection's concerns",
    pattern: /\.command\(/,
    allowed: [DATABASE],
    example: "await db.command({ insert: name, documents });",
  },
];

function filesBelow(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return path.endsWith(".ts") ? [path] : [];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** Comments may speak of what code must not do. */
const codeOf = (path: string): string =>
  readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, "");

const sources = DEPLOYED.flatMap((entry) => filesBelow(join(PROJECT, entry)));

test.each(WAYS)("When $what is used, then only in its place", ({ pattern, allowed, example }) => {
  expect(example).toMatch(pattern);
  const users = sources.filter((path) => pattern.test(codeOf(path))).map((path) => relative(PROJECT, path));
  expect(users.sort()).toEqual([...allowed].sort());
});
