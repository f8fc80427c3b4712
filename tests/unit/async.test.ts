import { createTaskPool } from "../../utils/async.js";

/** A task that ends when `open` is called. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, task: () => opened };
}

const nothing = () => undefined;

test("When there are more tasks than may run at once, then the others wait", async () => {
  const pool = createTaskPool(2, nothing);
  const gates = [gate(), gate(), gate()];
  const begun: number[] = [];
  gates.forEach(({ task }, index) => {
    pool.run(() => {
      begun.push(index);
      return task();
    });
  });
  expect(begun).toEqual([0, 1]);

  for (const { open } of gates) open();
  await pool.drain();

  expect(begun).toEqual([0, 1, 2]);
});

test("When a task fails, then the failure is reported and the others continue", async () => {
  const failures: unknown[] = [];
  const pool = createTaskPool(1, (error) => failures.push(error));
  let done = false;
  pool.run(() => Promise.reject(new Error("broken")));
  pool.run(async () => {
    done = true;
  });

  await pool.drain();

  expect(failures).toEqual([new Error("broken")]);
  expect(done).toBe(true);
});

test("When nothing runs, then draining does not wait", async () => {
  await expect(createTaskPool(1, nothing).drain()).resolves.toBeUndefined();
});
