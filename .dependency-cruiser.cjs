/**
 * Which file may import which (README, "the import map"). Imports go down only:
 *
 *   entry files: index.ts, index.route.ts, config/{express,server,openapi}, middlewares/, scripts/,
 *                src/<module>/ *.route · *.controller · *.validation · *.view
 *   src/<module>/ everything else, mainly the module's services
 *   services/flows/           one flow per file, or a folder for a flow with several files
 *   services/aggregates/      cart, checkout, order, payment, refund
 *   services/{integrations,calculations,platform}/
 *   models/, migrations/, config/database
 *   utils/, config/{env,logger,metrics}
 *
 * tests/architecture/imports.test.ts applies these rules and proves that every rule can fail. Imports of types
 * count as well.
 */
const ENTRY_OF_A_MODULE = "^src/.+\\.(?:route|controller|validation|view)\\.ts$";
const ENTRY = [
  "^index(?:\\.route)?\\.ts$",
  "^config/(?:express|server|openapi)",
  "^middlewares/",
  "^scripts/",
  ENTRY_OF_A_MODULE,
];
/** The files that are built for production. The other scripts are tools. */
const SERVICE_CODE = [
  "^index(?:\\.route)?\\.ts$",
  "^(?:config|src|models|migrations|services|middlewares|utils)/",
  "^scripts/(?:jobs/|scheduled-jobs|run-job|migrate|rotate-keys|bank-account)",
];
const HTTP_PACKAGES =
  "^node_modules/(?:@types/)?(?:express|express-rate-limit|helmet|cors|compression|swagger-ui-express|pino-http|multer)/";
const INPUT_AND_OUTPUT =
  "^(?:node:)?(?:fs|net|http|https|child_process|dns)(?:/|$)|^node_modules/(?:axios|mongoose|mongodb|razorpay)/";
/** Views that several modules share. They may import models, as `src/<module>/*.view.ts` may. */
const SHARED_VIEWS = "^utils/views/";
/** A gateway's adapter describes what the browser gets and sends. Only schemas and types; views and validation use them. */
const GATEWAY_SCHEMAS =
  "^services/integrations/(?:payment-gateway\\.schemas|payment-gateway/requests|[a-z]+/browser-schemas)\\.ts$";
const BOTTOM = ["^utils/", "^config/(?:env|logger|metrics|variables)"];

/** Which aggregates each aggregate builds on. */
const AGGREGATES = {
  refund: [],
  payment: ["refund"],
  return: [],
  order: ["payment", "refund", "return"],
  invoice: ["order", "payment", "refund"],
  "checkout-session": ["payment", "refund"],
  cart: ["checkout-session", "payment", "refund"],
  checkout: ["cart", "checkout-session", "payment", "refund"],
};

/** A layer may import only the listed paths; every other file of the repository is above it. */
const layer = (name, from, comment, allowed) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: {
    path: "^(?:index|config/|middlewares/|src/|services/|models/|migrations/|utils/|scripts/|tests/)",
    pathNot: allowed,
  },
});

const forbid = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    forbid(
      "no-circular",
      "Files in a circle cannot be understood one at a time.",
      { path: SERVICE_CODE },
      { circular: true },
    ),
    forbid(
      "feature-modules-apart",
      "An operation that spans modules is a flow.",
      { path: "^src/([^/]+)/" },
      { path: "^src/", pathNot: "^src/$1/" },
    ),
    forbid(
      "flows-apart",
      "A flow does not call another flow: shared rules belong to an aggregate, follow-up work to the outbox.",
      { path: "^services/flows/([^/.]+)" },
      { path: "^services/flows/", pathNot: "^services/flows/$1[/.]" },
    ),
    ...Object.entries(AGGREGATES).map(([aggregate, below]) =>
      forbid(
        "aggregates-in-one-direction",
        "Aggregates build on each other without circles; see AGGREGATES.",
        { path: `^services/aggregates/${aggregate}/` },
        {
          path: "^services/aggregates/",
          pathNot: [aggregate, ...below].map((name) => `^services/aggregates/${name}/`),
        },
      ),
    ),
    forbid(
      "integrations-know-no-models",
      "A wrapper translates a neighbour's contract and does not know our documents.",
      { path: "^services/integrations/" },
      { path: "^models/|^config/database|^node_modules/(?:mongoose|mongodb)/" },
    ),
    forbid(
      "calculations-know-no-models",
      "Calculations take plain values.",
      { path: "^services/calculations/" },
      { path: "^models/|^config/database" },
    ),
    forbid(
      "calculations-do-no-io",
      "Calculations and state tables are pure: they do no I/O and always give the same result.",
      { path: ["^services/calculations/", "^utils/state-machines\\.ts$"] },
      {
        path: [INPUT_AND_OUTPUT, "^services/(?:integrations|platform|aggregates|flows)/", "^config/database"],
      },
    ),
    forbid(
      "views-do-no-io",
      "A view maps documents to a response and fetches nothing.",
      { path: "^src/.+\\.view\\.ts$" },
      {
        path: [INPUT_AND_OUTPUT, "^services/integrations/", "^config/database"],
        pathNot: "^node_modules/mongoose/",
      },
    ),
    forbid(
      "only-entry-files-know-express",
      "Jobs and webhooks call services too. utils/http.ts defines the response envelope, utils/send-file.ts the file.",
      { path: SERVICE_CODE, pathNot: [...ENTRY, "^utils/(?:http|send-file)\\.ts$"] },
      { path: HTTP_PACKAGES },
    ),
    forbid(
      "modules-below-entry-files",
      "A module's service does not know how it is called.",
      { path: "^src/", pathNot: ENTRY_OF_A_MODULE },
      { path: ENTRY },
    ),
    layer(
      "flows-go-down",
      "^services/flows/",
      "Flows use aggregates, integrations, calculations and the platform.",
      ["^services/", "^models/", "^config/database", ...BOTTOM],
    ),
    layer(
      "aggregates-go-down",
      "^services/aggregates/",
      "Flows share the aggregates, so an aggregate knows no flow.",
      [
        "^services/(?:aggregates|integrations|calculations|platform)/",
        "^models/",
        "^config/database",
        ...BOTTOM,
      ],
    ),
    layer(
      "services-go-down",
      "^services/(?:integrations|calculations|platform)/",
      "Everything uses these services, so they know no flow and no aggregate.",
      [
        "^services/(?:integrations|calculations|platform)/",
        "^(?:models|migrations)/",
        "^config/database",
        ...BOTTOM,
      ],
    ),
    layer(
      "migrations-stand-alone",
      "^migrations/",
      "A migration keeps its meaning when models and constants change, so it uses neither.",
      ["^migrations/"],
    ),
    layer("models-go-down", "^models/", "Models only know models.", ["^models/", ...BOTTOM]),
    layer(
      "shared-views-go-down",
      SHARED_VIEWS,
      "Shared views know models, and the schemas of what the gateway's script needs.",
      ["^models/", GATEWAY_SCHEMAS, ...BOTTOM],
    ),
    layer("database-goes-down", "^config/database", "It creates the collections of the models.", [
      "^models/",
      ...BOTTOM,
    ]),
    {
      ...layer("bottom", BOTTOM, "Everything uses this layer, so it uses only itself.", BOTTOM),
      from: { path: BOTTOM, pathNot: SHARED_VIEWS },
    },
    forbid(
      "middlewares-below-modules",
      "A middleware serves every route, so it knows none.",
      { path: "^middlewares/" },
      { path: "^index|^src/|^scripts/" },
    ),
    forbid(
      "no-tools-in-the-service",
      "The sandbox, the demo and the tests are not deployed.",
      { path: SERVICE_CODE },
      { path: "^tests/|^scripts/", pathNot: SERVICE_CODE },
    ),
    forbid(
      "no-development-packages",
      "`npm ci --omit=dev` must install everything that the service imports.",
      { path: SERVICE_CODE },
      { dependencyTypes: ["npm-dev"], pathNot: "^node_modules/@types/" },
    ),
    forbid(
      "declared-packages-only",
      "Add the package to package.json, or import it through the package that provides it.",
      {},
      {
        dependencyTypes: ["npm-no-pkg", "npm-unknown"],
      },
    ),
    forbid("resolvable", "There is no such file or package.", {}, { couldNotResolve: true }),
  ],
  options: {
    // TypeScript 7 has no compiler API, which dependency-cruiser uses by default.
    parser: "swc",
    doNotFollow: { path: "^node_modules/" },
    // The pages of the sandbox's shop are JSX, which this parser does not read in a project of plain TypeScript.
    exclude: { path: "^(?:dist|coverage|\\.data|scripts/sandbox/storefront/browser)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "require"],
    },
  },
};
