import { runTogether } from "../../support/together.js";

runTogether(__dirname, { part: 3, of: 3 });
