import type { Order, Return } from "../api.js";
import { useAction } from "../parts.js";
import { ProblemNote } from "../problems.js";
import { useShop } from "../shop.js";

interface BackstageProps {
  order: Order;
  returns: readonly Return[];
  onChanged: () => void;
}

async function post(path: string): Promise<void> {
  const answer = await fetch(path, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
}

/**
 * The other side of the counter: the person who tries the sandbox is also its warehouse, its courier and its support team.
 * No part of a real shop.
 */
export function Backstage({ order, returns, onChanged }: BackstageProps) {
  const { say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const act = async (path: string, done: string) => {
    if (!(await run(() => post(path)))) return;
    say(done);
    onChanged();
  };
  const isOpen = ["confirmed", "processing", "shipped"].includes(order.status);
  const open = returns.find(({ status }) => status === "requested");
  if (!isOpen && !open) return null;
  return (
    <section class="backstage" aria-labelledby="backstage">
      <h2 id="backstage">Sandbox: the other side of the counter</h2>
      <p class="hint">Here you are the warehouse and the courier. A real shop has no such buttons.</p>
      {isOpen && (
        <button
          type="button"
          disabled={isBusy}
          onClick={() =>
            act(`/backstage/orders/${order.id}/deliver`, "The courier has delivered the parcel.")
          }
        >
          Ship and deliver this order
        </button>
      )}
      {open && (
        <button
          type="button"
          disabled={isBusy}
          onClick={() => act(`/backstage/returns/${open.id}/accept`, "The return is accepted and refunded.")}
        >
          Accept and refund the return
        </button>
      )}
      <ProblemNote problem={problem} onRepeat={repeat} />
    </section>
  );
}
