import { runTogether } from "../../support/together.js";

runTogether(__dirname, { part: 1, of: 3 });
