import type { GuardSubject } from "../guard.js";

/** The database decides, and what it has said stays. */
export const MAJORITY: GuardSubject = {
  title: "Majority and snapshot",
  guards: [
    {
      name: "majority-writes",
      keeps: "what was acknowledged survives an election",
      file: "config/database.config.ts",
      text: `  writeConcern: { w: "majority", wtimeoutMS: 5_000 },
`,
      replacement: `  writeConcern: { w: 1 },
`,
      tests: ["tests/integration/database/majority.test.ts"],
    },
    {
      name: "majority-reads",
      keeps: "a decision is never based on a write that an election takes back",
      file: "config/database.config.ts",
      text: `  readConcernLevel: "majority",
`,
      replacement: `  readConcernLevel: "local",
`,
      tests: ["tests/integration/database/majority.test.ts"],
    },
    {
      name: "majority-journal",
      keeps: "what was acknowledged survives a crash of the server",
      file: "config/database.config.ts",
      text: `  journal: true,
`,
      replacement: "",
      tests: ["tests/integration/database/majority.test.ts"],
    },
    {
      name: "transaction-snapshot",
      keeps: "a transaction sees one moment",
      file: "services/platform/transaction.service.ts",
      text: 'readConcern: { level: "snapshot" },',
      replacement: 'readConcern: { level: "local" },',
      tests: ["tests/integration/platform/transactions.test.ts"],
      named: "When it begins",
    },
    {
      name: "transaction-majority",
      keeps: "a committed transaction survives an election",
      file: "services/platform/transaction.service.ts",
      text: 'writeConcern: { w: "majority", journal: true, wtimeoutMS: 4_000 },',
      replacement: "writeConcern: { w: 1 },",
      tests: ["tests/integration/platform/transactions.test.ts"],
      named: "When it begins",
    },
  ],
};
