/**
 * Which file may import which (README, "the import map"). Imports go down only:
 *
 *   entry files: index.ts, index.route.ts, config/{express,server,openapi}, middlewares/, scripts/,
 *                src/<module>/ *.route · *.controller · *.validation · *.view
 *   src/<module>/ everything else, the module's services above all
 *   services/flows/           one flow each; a folder where a flow has several files
 *   services/aggregates/      cart, checkout, order, payment, refund
 *   services/{integrations,calculations,platform}/
 *   models/, config/database
 *   utils/, config/{env,logger,metrics}
 *
 * Read by tests/architecture/imports.test.ts, which also proves that every rule can fail.
 * Types count as imports: what a file must not know it must not know the shape of either.
 */
const ENTRY_OF_A_MODULE = "^src/.+\\.(?:route|controller|validation|view)\\.ts$";
const ENTRY = [
  "^index(?:\\.route)?\\.ts$",
  "^config/(?:express|server|openapi)",
  "^middlewares/",
  "^scripts/",
  ENTRY_OF_A_MODULE,
];
/** What is built for production; the other scripts are tools and toys around it. */
const SERVICE_CODE = [
  "^index(?:\\.route)?\\.ts$",
  "^(?:config|src|models|services|middlewares|utils)/",
  "^scripts/(?:jobs/|scheduled-jobs|run-job)",
];
const HTTP_PACKAGES =
  "^node_modules/(?:@types/)?(?:express|express-rate-limit|helmet|cors|compression|swagger-ui-express|pino-http|multer)/";
const INPUT_AND_OUTPUT =
  "^(?:node:)?(?:fs|net|http|https|child_process|dns)(?:/|$)|^node_modules/(?:axios|mongoose|mongodb|razorpay)/";
/** Views that several modules answer with: they know the documents they show, as `src/<module>/*.view.ts` do. */
const SHARED_VIEWS = "^utils/views/";
const BOTTOM = ["^utils/", "^config/(?:env|logger|metrics|variables)"];

/** Which aggregates each aggregate builds on. */
const AGGREGATES = {
  refund: [],
  payment: ["refund"],
  order: ["payment", "refund"],
  "checkout-session": ["payment", "refund"],
  cart: ["checkout-session", "payment", "refund"],
  checkout: ["cart", "checkout-session", "payment", "refund"],
};

/** A layer may import itself and what is named; any other file of the repository is above it. */
const layer = (name, from, comment, allowed) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: {
    path: "^(?:index|config/|middlewares/|src/|services/|models/|utils/|scripts/|tests/)",
    pathNot: allowed,
  },
});

const forbid = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    forbid(
      "no-circular",
      "A circle has no top: neither file can be understood alone.",
      { path: SERVICE_CODE },
      { circular: true },
    ),
    forbid(
      "feature-modules-apart",
      "A story that crosses modules is a flow.",
      { path: "^src/([^/]+)/" },
      { path: "^src/", pathNot: "^src/$1/" },
    ),
    forbid(
      "flows-apart",
      "A flow does not call another: what they share belongs to an aggregate, or goes through the outbox.",
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
      "A wrapper translates a neighbour's contract; it knows nothing of what is stored here.",
      { path: "^services/integrations/" },
      { path: "^models/|^config/database|^node_modules/(?:mongoose|mongodb)/" },
    ),
    forbid(
      "calculations-know-no-models",
      "Arithmetic takes plain values.",
      { path: "^services/calculations/" },
      { path: "^models/|^config/database" },
    ),
    forbid(
      "calculations-do-no-io",
      "Arithmetic and state tables give the same answer always; nothing in them can fail or wait.",
      { path: ["^services/calculations/", "^utils/state-machines\\.ts$"] },
      {
        path: [INPUT_AND_OUTPUT, "^services/(?:integrations|platform|aggregates|flows)/", "^config/database"],
      },
    ),
    forbid(
      "views-do-no-io",
      "A view turns what a service found into an answer; it takes shapes from below and fetches nothing.",
      { path: "^src/.+\\.view\\.ts$" },
      {
        path: [INPUT_AND_OUTPUT, "^services/integrations/", "^config/database"],
        pathNot: "^node_modules/mongoose/",
      },
    ),
    forbid(
      "only-entry-files-know-express",
      "A service is called by jobs and webhooks too. utils/http.ts is the envelope of every answer.",
      { path: SERVICE_CODE, pathNot: [...ENTRY, "^utils/http\\.ts$"] },
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
      "Flows use aggregates, wrappers, arithmetic and the platform.",
      ["^services/", "^models/", "^config/database", ...BOTTOM],
    ),
    layer("aggregates-go-down", "^services/aggregates/", "What all flows share knows none of them.", [
      "^services/(?:aggregates|integrations|calculations|platform)/",
      "^models/",
      "^config/database",
      ...BOTTOM,
    ]),
    layer(
      "services-go-down",
      "^services/(?:integrations|calculations|platform)/",
      "What every story uses knows none of them.",
      ["^services/(?:integrations|calculations|platform)/", "^models/", "^config/database", ...BOTTOM],
    ),
    layer("models-go-down", ["^models/", SHARED_VIEWS], "A model is a shape; a shared view reads shapes.", [
      "^models/",
      ...BOTTOM,
    ]),
    layer("database-goes-down", "^config/database", "It makes the collections of the models.", [
      "^models/",
      ...BOTTOM,
    ]),
    {
      ...layer("bottom", BOTTOM, "What everything uses uses nothing but itself.", BOTTOM),
      from: { path: BOTTOM, pathNot: SHARED_VIEWS },
    },
    forbid(
      "middlewares-below-modules",
      "A middleware is about every route, so it knows of none.",
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
      "`npm ci --omit=dev` must leave everything the service imports.",
      { path: SERVICE_CODE },
      { dependencyTypes: ["npm-dev"], pathNot: "^node_modules/@types/" },
    ),
    forbid(
      "declared-packages-only",
      "Add it to package.json, or import it through the package that brings it.",
      {},
      {
        dependencyTypes: ["npm-no-pkg", "npm-unknown"],
      },
    ),
    forbid("resolvable", "There is no such file or package.", {}, { couldNotResolve: true }),
  ],
  options: {
    // TypeScript 7 has no compiler API, which is what dependency-cruiser would use by itself.
    parser: "swc",
    doNotFollow: { path: "^node_modules/" },
    exclude: { path: "^(?:dist|coverage|\\.data)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "require"],
    },
  },
};
