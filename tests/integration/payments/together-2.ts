import { runTogether } from "../../support/together.js";

runTogether(__dirname, { part: 2, of: 3 });
