import { readdirSync } from "node:fs";
import { join } from "node:path";
import { migrations } from "../../../migrations/index.js";

const FILES = readdirSync(join(__dirname, "../../../migrations"))
  .filter((file) => /^\d/.test(file))
  .map((file) => file.replace(/\.ts$/, ""));

describe("The list of migrations", () => {
  it("has every file once, under its name and in the order of its number", () => {
    expect(migrations.map(({ name }) => name)).toEqual([...FILES].sort());
    expect(FILES.map((file) => file.slice(0, 5))).toEqual(
      FILES.map((_file, index) => `${String(index + 1).padStart(4, "0")}-`),
    );
  });
});
