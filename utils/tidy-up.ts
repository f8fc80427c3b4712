/** A database that is away takes 5 s to say so: no client waits for that once for each thing that is tidied up. */
const PATIENCE_MS = 1_000;

/**
 * Waits for work that may also end later, or not at all, without harm: not for long, and whatever becomes of
 * it. It goes on by itself.
 */
export async function tidyUp(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([work.catch(() => undefined), patience]);
  clearTimeout(timer);
}
