/** Whether the test files of this run of jest share what they start; see `together.ts`. */
let sharing = false;
const closers: (() => Promise<void>)[] = [];

export const isSharing = (): boolean => sharing;

export const startSharing = (): void => {
  sharing = true;
};

/** Closes it after the last test file. */
export const closeAtTheEnd = (close: () => Promise<void>): void => void closers.push(close);

export async function endSharing(): Promise<void> {
  for (const close of closers) await close();
}
