import { pause, type Simulation } from "../simulation.js";
import { lookAfterOrders, signIn } from "./after-sales.js";
import { fillCart } from "./cart.js";
import { checkOut } from "./checkout.js";
import { openVisit, think, type Visit } from "./visit.js";

/** The stream of customers. */

/** More at once would only measure a queue. */
const MOST_AT_ONCE = 24;

async function shop(visit: Visit): Promise<void> {
  await fillCart(visit);
  if (visit.random.chance(0.05)) await signIn(visit);
  if (visit.random.chance(0.2)) return;
  await think(visit);
  await checkOut(visit);
  if (visit.random.chance(0.4)) await lookAfterOrders(visit);
}

/** Of the visits, those of buyers who look after their orders. */
const AFTER_SALES_SHARE = 0.3;

/** Lets customers come until the end, then waits for those who are there. */
export async function runShoppers(sim: Simulation): Promise<void> {
  const random = sim.random.fork("shoppers");
  const here = new Set<Promise<void>>();
  for (let number = 1; !sim.ending.signal.aborted; number += 1) {
    if (here.size < MOST_AT_ONCE) {
      const visit = visitOnce(sim, number).finally(() => here.delete(visit));
      here.add(visit);
    }
    await pause(sim, random.between(0, 2_000 / sim.options.visitsPerSecond));
  }
  await Promise.all(here);
}

async function visitOnce(sim: Simulation, number: number): Promise<void> {
  const random = sim.random.fork(`visit ${number}`);
  const buyer = random.chance(AFTER_SALES_SHARE) ? sim.population.enterBuyer(random) : null;
  const customer = buyer ?? (await sim.population.enter(random));
  sim.count(buyer ? "visit after a purchase" : "visit");
  try {
    await (buyer ? lookAfterOrders : shop)(openVisit(sim, customer, random));
  } catch (error) {
    // An answer without the expected fields, for example.
    sim.alarm(`the visit of ${customer.name} failed: ${error instanceof Error ? error.stack : error}`, [
      `"${customer.name}"`,
    ]);
  } finally {
    sim.population.leave(customer);
  }
}
