import Joi from "joi";
import { parseGstin } from "../utils/gst/gstin.js";
import { findState, type State, stateByCode } from "../utils/gst/states.js";
import { VARIABLES, type VariableSpec } from "./variables/index.js";

export type Variables = Record<string, string | undefined>;

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/** Validated values by variable name; each getter returns the type that the schema ensures. */
export class Values {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  find(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === "string" ? value : undefined;
  }

  text(name: string): string {
    return String(this.values[name]);
  }

  url(name: string): string {
    return this.text(name).replace(/\/+$/, "");
  }

  number(name: string): number {
    return Number(this.values[name]);
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  list(name: string): string[] {
    return (this.find(name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
  }

  oneOf<V extends string>(name: string, ...allowed: readonly [V, ...V[]]): V {
    return allowed.find((value) => value === this.values[name]) ?? allowed[0];
  }
}

function schemaOf(spec: VariableSpec, production: boolean): Joi.Schema {
  const schema = spec.schema.empty("");
  const fallback = production
    ? spec.fallback
    : (spec.fallback ?? spec.developmentFallback ?? spec.sandboxValue);
  if (fallback !== undefined) return schema.default(fallback);
  return production && spec.requiredInProduction ? schema.required() : schema;
}

function describeProblem(detail: Joi.ValidationErrorItem): string {
  const name = String(detail.path[0] ?? "");
  const spec = VARIABLES[name];
  const what = detail.type === "any.required" ? "is missing" : detail.message;
  return spec ? `${name} ${what}: ${spec.purpose} (example: ${name}=${spec.example})` : `${name} ${what}`;
}

const MESSAGES: Joi.LanguageMessages = {
  "string.pattern.name": "must look like {#name}",
  "any.only": "must be one of {#valids}",
};

/** Checks each variable on its own. */
export function validateVariables(
  environment: Variables,
  production: boolean,
): { values: Values; problems: string[] } {
  const keys = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, spec]) => [name, schemaOf(spec, production)]),
  );
  const { value, error } = Joi.object<Record<string, unknown>>(keys).validate(environment, {
    abortEarly: false,
    stripUnknown: true,
    errors: { label: false },
    messages: MESSAGES,
  });
  return { values: new Values(value ?? {}), problems: (error?.details ?? []).map(describeProblem) };
}

/** Checks the variables that depend on each other. */
export function findContradictions(values: Values, production: boolean): string[] {
  const problems: string[] = [];
  const keyId = values.find("RAZORPAY_KEY_ID") ?? "";
  if (values.find("STORAGE_DRIVER") === "cloudinary" && !values.find("CLOUDINARY_URL")) {
    problems.push("CLOUDINARY_URL is missing: STORAGE_DRIVER=cloudinary needs it");
  }
  if (keyId.startsWith("rzp_live_") && values.find("RAZORPAY_API_URL")) {
    problems.push("RAZORPAY_API_URL must not be set with a live key: live payments go to the gateway itself");
  }
  if (values.find("CRASH_POINTS") && values.text("NODE_ENV") !== "test") {
    problems.push("CRASH_POINTS must not be set outside tests: it kills the service");
  }
  if (values.list("RAZORPAY_WEBHOOK_SECRET").length > 2) {
    problems.push("RAZORPAY_WEBHOOK_SECRET must hold one secret, or two during a rotation");
  }
  if (production) problems.push(...findProductionProblems(values));
  return [...problems, ...findCompanyProblems(values)];
}

function findProductionProblems(values: Values): string[] {
  const problems = findTokenProblems(values);
  for (const [name, { sandboxValue, purpose }] of Object.entries(VARIABLES)) {
    // During a rotation, each secret of the list counts.
    const isPublished = values.list(name).some((part) => part.toLowerCase() === sandboxValue?.toLowerCase());
    if (isPublished) problems.push(`${name} must not be the sandbox's value, which is public: ${purpose}`);
  }
  return problems;
}

function findTokenProblems(values: Values): string[] {
  const jwksUrl = values.find("JWT_JWKS_URL");
  const jwtSecret = values.find("JWT_SECRET");
  if (jwksUrl) {
    if (jwksUrl.toLowerCase().startsWith("https://")) return [];
    return [
      "JWT_JWKS_URL must use https in production: over http, anyone on the network can replace the keys",
    ];
  }
  if (!jwtSecret) {
    return ["JWT_SECRET or JWT_JWKS_URL is missing: without either, no token can be verified"];
  }
  if (jwtSecret.length >= 32) return [];
  return ["JWT_SECRET must have at least 32 characters in production: a shorter one can be guessed"];
}

function findCompanyProblems(values: Values): string[] {
  const gstin = parseGstin(values.find("COMPANY_GSTIN") ?? "");
  if (!gstin.ok && gstin.reason === "state") {
    return ["COMPANY_GSTIN does not begin with a state's GST code"];
  }
  const given = values.find("COMPANY_STATE");
  if (given === undefined) return [];
  const state = findCompanyState(given);
  if (!state)
    return [`COMPANY_STATE is not a state or union territory of India (example: COMPANY_STATE=Karnataka)`];
  if (gstin.ok && gstin.stateCode !== state.code) {
    return [
      "COMPANY_STATE and COMPANY_GSTIN name different states: a GSTIN begins with the code of its state",
    ];
  }
  return [];
}

function findCompanyState(nameOrCode: string): State | null {
  return findState(nameOrCode) ?? stateByCode(nameOrCode);
}

/** The state's official GST name; without COMPANY_STATE it is derived from the GSTIN. */
export function companyStateName(values: Values): string {
  return (
    findCompanyState(values.find("COMPANY_STATE") ?? values.text("COMPANY_GSTIN").slice(0, 2))?.name ?? ""
  );
}

export function findWarnings(environment: Variables, values: Values, production: boolean): string[] {
  if (!production) return [];
  const warnings: string[] = [];
  const gstin = parseGstin(values.text("COMPANY_GSTIN"));
  if (!environment.PRICES_INCLUDE_TAX) {
    warnings.push("PRICES_INCLUDE_TAX is not set: prices count as without tax, but Indian MRPs include it");
  }
  if (values.number("TRUST_PROXY") === 0) {
    warnings.push(
      "TRUST_PROXY is 0: behind a proxy, all callers share its address and one limit per address",
    );
  }
  if (!gstin.ok) warnings.push("COMPANY_GSTIN has a wrong check character: is it mistyped?");
  for (const name of ["COMPANY_NAME", "COMPANY_ADDRESS", "PUBLIC_URL", "STOREFRONT_URL"]) {
    if (!environment[name]) warnings.push(`${name} is not set: ${VARIABLES[name]?.purpose}`);
  }
  return warnings;
}
