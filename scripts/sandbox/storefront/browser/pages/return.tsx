import { useState } from "preact/hooks";
import { api, type ReturnForm } from "../api.js";
import { dayOf } from "../format.js";
import { Field, type FormEvent, Loading, Page, useAction, useLoaded, valuesOf } from "../parts.js";
import { ProblemNote } from "../problems.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";

type Returnable = Awaited<ReturnType<typeof api.returnable>>[number];

const load = async (orderNumber: string) => ({
  lines: await api.returnable(orderNumber),
  reasons: await api.returnReasons(),
});

interface LineProps {
  line: Returnable;
  quantity: number;
  onQuantity: (quantity: number) => void;
}

function ReturnLine({ line, quantity, onQuantity }: LineProps) {
  const most = line.returnableQuantity;
  return (
    <li class="return-line">
      <div>
        <label for={line.orderItemId}>{line.name}</label>
        <span class="hint">
          {most > 0 && line.returnableUntil ? `Until ${dayOf(line.returnableUntil)}` : line.message}
        </span>
      </div>
      <select
        id={line.orderItemId}
        disabled={most === 0}
        value={quantity}
        onChange={({ currentTarget }) => onQuantity(Number(currentTarget.value))}
      >
        {Array.from({ length: most + 1 }, (_, count) => (
          <option key={count} value={count}>
            {count === 0 ? "Keep it" : `Return ${count}`}
          </option>
        ))}
      </select>
    </li>
  );
}

/** Which items, why, and photos of what is wrong. */
export function ReturnPage({ orderNumber }: { orderNumber: string }) {
  const { say } = useShop();
  const { value, problem: loadProblem, reload } = useLoaded(orderNumber, () => load(orderNumber));
  const { isBusy, problem, run, repeat } = useAction();
  const [quantities, setQuantities] = useState<Record<string, number>>({});
  const [reason, setReason] = useState("");
  const [isNothing, setNothing] = useState(false);
  const back = { to: `/orders/${orderNumber}`, text: `Order ${orderNumber}` };
  if (!value) {
    return (
      <Page title="Return" back={back}>
        <Loading problem={loadProblem} onRepeat={reload} />
      </Page>
    );
  }
  const chosen = Object.entries(quantities).filter(([, quantity]) => quantity > 0);

  async function send(form: HTMLFormElement): Promise<void> {
    const { customerNotes } = valuesOf(form);
    const photos = new FormData(form)
      .getAll("photos")
      .filter((photo): photo is File => photo instanceof File && photo.size > 0);
    const wanted = value?.reasons.find(({ code }) => code === reason);
    const [first] = chosen;
    if (!wanted || !first) return;
    const request: ReturnForm = {
      orderNumber,
      items: chosen.map(([orderItemId, quantity]) => ({ orderItemId, quantity, reason: wanted.code })),
      reason: wanted.code,
      ...(customerNotes ? { customerNotes } : {}),
    };
    const { id } = await api.requestReturn(request);
    if (photos.length > 0) await api.addPhotos(id, first[0], photos);
    say("We have your request, and answer within a day.");
    navigate(`/orders/${orderNumber}`);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const form = event.currentTarget;
    setNothing(chosen.length === 0);
    if (chosen.length > 0) void run(() => send(form));
  };
  return (
    <Page title="Return something" back={back} class="narrow">
      <form onSubmit={submit}>
        <ul class="lines">
          {value.lines.map((line) => (
            <ReturnLine
              key={line.orderItemId}
              line={line}
              quantity={quantities[line.orderItemId] ?? 0}
              onQuantity={(quantity) => setQuantities({ ...quantities, [line.orderItemId]: quantity })}
            />
          ))}
        </ul>
        {isNothing && (
          <p class="error" role="alert">
            Choose at least one item.
          </p>
        )}
        <div class="field">
          <label for="return-reason">What is the matter?</label>
          <select
            id="return-reason"
            required
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          >
            <option value="">Please choose</option>
            {value.reasons.map(({ code, label }) => (
              <option key={code} value={code}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <Field
          label="Tell us more"
          name="customerNotes"
          required={reason === "other"}
          maxLength={1_000}
          error={problem?.fields.customerNotes}
        />
        <div class="field">
          <label for="photos">
            Photos<span class="optional"> (optional)</span>
          </label>
          <input id="photos" name="photos" type="file" accept="image/jpeg,image/png,image/webp" multiple />
          <p class="hint">Up to five, of what is wrong. They help us decide faster.</p>
        </div>
        <ProblemNote problem={problem} onRepeat={repeat} />
        <button type="submit" class="primary wide" disabled={isBusy}>
          Ask for the return
        </button>
      </form>
    </Page>
  );
}
