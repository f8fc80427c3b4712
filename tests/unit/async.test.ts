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
  const pool = createTaskPool({ atOnce: 2, waiting: 10 }, nothing);
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

test("When tasks are about the same subject, then they run one after another, and others do not wait for them", async () => {
  const pool = createTaskPool({ atOnce: 3, waiting: 10 }, nothing);
  const gates = [gate(), gate(), gate()];
  const begun: number[] = [];
  const subjects = ["one", "one", "another"];
  gates.forEach(({ task }, index) => {
    pool.run(() => {
      begun.push(index);
      return task();
    }, subjects[index]);
  });
  expect(begun).toEqual([0, 2]);

  for (const { open } of gates) open();
  await pool.drain();

  expect(begun).toEqual([0, 2, 1]);
});

test("When a task fails, then the failure is reported and the others continue", async () => {
  const failures: unknown[] = [];
  const pool = createTaskPool({ atOnce: 1, waiting: 10 }, (error) => failures.push(error));
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
  await expect(createTaskPool({ atOnce: 1, waiting: 10 }, nothing).drain()).resolves.toBeUndefined();
});

test("When too many tasks wait, then a further one is not taken", async () => {
  const pool = createTaskPool({ atOnce: 1, waiting: 1 }, nothing);
  const { open, task } = gate();
  expect([pool.run(task), pool.run(task), pool.run(task)]).toEqual([true, true, false]);
  open();
  await pool.drain();
  expect(pool.run(task)).toBe(true);
});

test("When a pool is closed, then it waits for what runs, and begins nothing more", async () => {
  const pool = createTaskPool({ atOnce: 1, waiting: 10 }, nothing);
  const { open, task } = gate();
  let begun = 0;
  const counted = () => {
    begun += 1;
    return task();
  };
  pool.run(counted);
  pool.run(counted);
  const closing = pool.close();
  open();
  await closing;
  expect([begun, pool.run(counted)]).toEqual([1, false]);
});
