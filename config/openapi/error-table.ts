import { ERROR_CODES } from "../../utils/error-codes.js";

/** Every code with its statuses and its meaning, as a table in Markdown. */
export const errorTable = (): string =>
  [
    "| code | status | meaning |",
    "|---|---|---|",
    ...Object.entries(ERROR_CODES).map(
      ([code, { statuses, meaning }]) => `| \`${code}\` | ${statuses.join(", ")} | ${meaning} |`,
    ),
  ].join("\n");
