import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/**
 * What only certain files may do. Every effect goes through a mechanism with crash points
 * (`utils/crash-points.ts`): the driver's commands, the neighbours' client, the gateway's transport. Every read
 * and write of the database has the concerns of the one connection, of a transaction or of a snapshot.
 */
const PROJECT = resolve(__dirname, "../..");
/** The files of the production build. */
const DEPLOYED: string[] = JSON.parse(readFileSync(join(PROJECT, "tsconfig.build.json"), "utf8")).include;

const HTTP_EXCHANGE = "services/integrations/http-exchange.ts";
const TRANSPORT = "services/integrations/razorpay/transport.ts";
const CLOUDINARY = "services/platform/storage/cloudinary-transport.ts";
/** It only tells addresses apart. */
const ADDRESSES = "services/integrations/public-addresses.ts";
const TRANSACTIONS = "services/platform/transaction.service.ts";
/** It only reads. */
const SNAPSHOTS = "services/platform/database-snapshot.service.ts";
const DATABASE = "config/database.config.ts";

interface Restricted {
  what: string;
  pattern: RegExp;
  allowed: readonly string[];
  example: string;
}

/** What causes effects, and the files that may use it. Importing a type causes none. */
const RESTRICTED: readonly Restricted[] = [
  {
    what: "axios",
    pattern: /^import (?!type )[^;]*from "axios"/m,
    // It only reads.
    allowed: ["services/integrations/image-download.ts"],
    example: `import axios, { type AxiosInstance } from "axios";`,
  },
  {
    what: "the gateway's SDK",
    pattern: /\bnew Razorpay\(/,
    allowed: [TRANSPORT],
    example: "const sdk = new Razorpay({ key_id: keyId });",
  },
  {
    what: "the SDK of the file storage",
    pattern: /^import (?!type )[^;]*from "cloudinary"|\bimport\("cloudinary"\)/m,
    allowed: [CLOUDINARY],
    example: `const { v2: sdk } = await import("cloudinary");`,
  },
  {
    what: "sockets and requests of Node",
    pattern: /^import (?!type )[^;]*from "(?:node:)?(?:https?|http2|net|tls|dgram|undici|child_process)"/m,
    allowed: [HTTP_EXCHANGE, TRANSPORT, CLOUDINARY, "config/server.config.ts", ADDRESSES],
    example: `import { request } from "node:https";`,
  },
  {
    what: "fetch",
    pattern: /(?<![\w.])fetch\(/,
    allowed: [],
    example: "await fetch(url)",
  },
  {
    what: "a database session",
    pattern: /\b(?:startSession|startTransaction|withTransaction|commitTransaction)\(/,
    allowed: [SNAPSHOTS, TRANSACTIONS],
    example: "const session = await mongoose.startSession();",
  },
  {
    what: "a database connection",
    pattern: /\bmongoose\.connect\(|\bcreateConnection\(|\bMongoClient\b(?=[.(])/,
    allowed: [DATABASE],
    example: "const client = new mongo.MongoClient(uri);",
  },
  {
    what: "a read or write concern",
    pattern: /\b(?:readConcern(?:Level)?|writeConcern|readPreference)\b(?=\(|\s*:)/,
    allowed: [DATABASE, SNAPSHOTS, TRANSACTIONS],
    example: `await Order.find().readConcern("local");`,
  },
  {
    what: "a raw command, which the driver sends without the connection's concerns",
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

/** The code without comments, which may mention what code must not do. */
const codeOf = (path: string): string =>
  readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, "");

const READS_THE_ENVIRONMENT =
  /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[\s*["'`]env|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/;
const PRINTS = /\bconsole\s*\.\s*\w+/;

const sources = DEPLOYED.flatMap((entry) => filesBelow(join(PROJECT, entry)));
const filesWith = (pattern: RegExp) =>
  sources.filter((path) => pattern.test(codeOf(path))).map((path) => relative(PROJECT, path));

test.each(RESTRICTED)(
  "When $what is used, then only its own files use it",
  ({ pattern, allowed, example }) => {
    expect(example).toMatch(pattern);
    expect(filesWith(pattern).sort()).toEqual([...allowed].sort());
  },
);

describe("The deployed sources", () => {
  test("When the environment is read, then only config/env.config.ts reads it", () => {
    expect(filesWith(READS_THE_ENVIRONMENT)).toEqual(["config/env.config.ts"]);
  });

  test("When something is reported, then the logger writes it: only scripts print", () => {
    expect(filesWith(PRINTS).filter((path) => !path.startsWith("scripts/"))).toEqual([]);
  });
});
