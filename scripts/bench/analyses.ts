import { PERIODS } from "../../utils/periods.js";
import { expectSuccess } from "./buyer.js";
import type { Scenario } from "./scenarios.js";
import type { World } from "./world.js";

/** Administrators' questions about the longest range there is, which all open carts of the seed are in. */

const DAY_MS = 86_400_000;
const RANGE_DAYS = 366;
const NOTHING_ELSEWHERE = 0;

interface Question {
  name: string;
  title: string;
  path: string;
}

/** By day, week and month in turn. */
const toScenario = ({ name, title, path }: Question): Scenario => ({
  name,
  title,
  perSecond: 2,
  async prepare(world: World) {
    const token = await world.sandbox.call("auth", "mintToken", {
      sub: "admin-admin",
      role: "admin",
      name: "Bench",
    });
    const headers = { Authorization: `Bearer ${token}` };
    return async (index) => {
      const dateTo = new Date();
      const dateFrom = new Date(dateTo.getTime() - RANGE_DAYS * DAY_MS);
      const range = `dateFrom=${dateFrom.toISOString()}&dateTo=${dateTo.toISOString()}`;
      const question = `${path}?${range}&groupBy=${PERIODS[index % PERIODS.length]}`;
      await expectSuccess(world.wire.send({ method: "GET", path: question, headers }), `GET ${path}`);
      return NOTHING_ELSEWHERE;
    };
  },
});

export const ANALYSES: readonly Scenario[] = [
  toScenario({
    name: "cart-analytics",
    title: "analysis of carts, a year",
    path: "/api/admin/carts/analytics",
  }),
  toScenario({
    name: "checkout-funnel",
    title: "checkout funnel, a year",
    path: "/api/admin/checkouts/funnel",
  }),
];
