import { readExamples } from "../../../config/openapi/examples.js";
import { documentOfService } from "../../../scripts/clients/document.js";
import { isRecord } from "../../../utils/helpers.js";
import { DocumentSchemas } from "../../support/document-schemas.js";

/** The examples as readers of the document find them. `npm run examples` records them anew. */

const document = documentOfService();
const schemas = new DocumentSchemas(document);
const examples = readExamples();

type Keys = readonly string[];

const keysOf = (path: Keys): string[] => Object.keys(schemas.at(path) ?? {});

/** `["POST /api/orders", ["paths", "/api/orders", "post"]]` */
const OPERATIONS: [string, Keys][] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method): [string, Keys] => [
    `${method.toUpperCase()} ${path}`,
    ["paths", path, method],
  ]),
);

/** The media type of answers that an example shows. */
const isShown = (contentType: string, content: Keys): boolean => {
  const schema = schemas.at([...content, contentType, "schema"]);
  const isFile = isRecord(schema) && schema.format === "binary";
  return contentType === "text/csv" || (contentType === "application/json" && !isFile);
};

const hasExample = (at: Keys): boolean => keysOf([...at, "examples"]).length > 0;

/** What the recording of an operation has to show: its body, and its answer where that is JSON or CSV. */
function shownContents(operation: Keys): Keys[] {
  const recorded = examples[String(schemas.at([...operation, "operationId"]))];
  if (!recorded) throw new Error("nothing is recorded");
  const contents = [
    [...operation, "requestBody", "content"],
    [...operation, "responses", String(recorded.status), "content"],
  ];
  return contents.flatMap((content) => {
    const shown = keysOf(content).filter((type) => isShown(type, content));
    // A route that answers with JSON or CSV is recorded with the one that it answers by default.
    const withExample = shown.filter((type) => hasExample([...content, type]));
    return (withExample.length > 0 ? withExample : shown).map((type) => [...content, type]);
  });
}

/** Faults of the examples of one media type or parameter. */
function faultsOf(at: Keys): string[] {
  return keysOf([...at, "examples"]).flatMap((name) => {
    const value = schemas.at([...at, "examples", name, "value"]);
    return schemas.faults([...at, "schema"], value).map((fault) => `${at.slice(3).join(" ")}: ${fault}`);
  });
}

describe("The examples of the API's document", () => {
  test.each(OPERATIONS)(
    "When %s is read, then it shows a request and an answer, as its schemas allow",
    (_name, operation) => {
      const contents = shownContents(operation);
      expect(contents.filter((at) => !hasExample(at))).toEqual([]);
      expect(contents.filter((at) => !at.includes("text/csv")).flatMap(faultsOf)).toEqual([]);
    },
  );

  test.each(OPERATIONS)(
    "When %s has parameters in its path, then they have examples, and all examples of parameters are as their schemas allow",
    (_name, operation) => {
      const parameters = keysOf([...operation, "parameters"]).map((index) => [
        ...operation,
        "parameters",
        index,
      ]);
      const missing = parameters.filter(
        (at) => schemas.at([...at, "in"]) === "path" && schemas.at([...at, "example"]) === undefined,
      );
      expect(missing).toEqual([]);
      const shown = parameters.filter((at) => schemas.at([...at, "example"]) !== undefined);
      expect(
        shown.flatMap((at) => schemas.faults([...at, "schema"], schemas.at([...at, "example"]))),
      ).toEqual([]);
    },
  );

  test("When they are recorded, then nothing in them opens anything, and nobody's data is real", () => {
    const text = JSON.stringify(document.paths);
    expect(text).not.toMatch(/eyJ[\w-]+\.|canary|127\.0\.0\.1|918273645546372|9812345670/i);
    const links = text.match(/(?:token|signature)=[^&"\\\s]+/g) ?? [];
    expect(new Set(links)).toEqual(new Set(["signature=sample", "token=sample"]));
  });
});
