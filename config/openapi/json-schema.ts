import type Joi from "joi";
import joiToSwaggerModule from "joi-to-swagger";
import { isRecord } from "../../utils/helpers.js";

export type Json = Record<string, unknown>;

/** A CommonJS module with a nested default export. */
const joiToSwagger = joiToSwaggerModule.default;

/** Converts OpenAPI 3.0 (joi-to-swagger) to 3.1, which is JSON Schema. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (!isRecord(value)) return value;
  const { nullable, example, ...rest } = value;
  const schema: Json = Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [key, toJsonSchema(item)]),
  );
  if (typeof schema.pattern === "string") schema.pattern = withoutFlag(schema.pattern);
  if (example !== undefined) schema.examples = [example];
  const plain = withoutSingleChoice(schema);
  return nullable === true ? withNull(plain) : plain;
}

/** Joi's `when` with one branch, and alternatives with one schema, are that schema. */
function withoutSingleChoice({ anyOf, oneOf, ...schema }: Json): Json {
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices) && choices.length === 1) return { ...schema, ...choices[0] };
  return { ...schema, ...(anyOf === undefined ? {} : { anyOf }), ...(oneOf === undefined ? {} : { oneOf }) };
}

/** joi-to-swagger cuts the last character off `/…/u`, which is the flag, and leaves the slash. */
const withoutFlag = (pattern: string): string => pattern.replace(/(?<!\\)\/$/, "");

function withNull(schema: Json): Json {
  if (schema.type === undefined && Object.keys(schema).length === 0) return { type: "null" };
  if (typeof schema.type !== "string") return { anyOf: [schema, { type: "null" }] };
  const enumeration = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, type: [schema.type, "null"], ...enumeration };
}

/** Collects the named views while the routes are translated. */
export class Components {
  private readonly named: Json = {};

  /** A schema with `meta({className})` becomes a component and a reference to it. */
  translate(schema: Joi.Schema): Json {
    const { swagger, components } = joiToSwagger(schema);
    Object.assign(this.named, components?.schemas);
    return toJsonSchema(swagger) as Json;
  }

  /** A component is never null itself; the property that refers to it may be. */
  schemas(): Json {
    const sorted = Object.entries(this.named).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      sorted.map(([name, schema]) => [
        name,
        toJsonSchema(isRecord(schema) ? { ...schema, nullable: undefined } : schema),
      ]),
    );
  }
}
