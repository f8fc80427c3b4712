/** Part of a file's text, and what it becomes when the guard is removed. The text is in the file exactly once. */
export interface Removal {
  file: string;
  text: string;
  replacement: string;
}

/** One line of code that decides who of several comes first, or what belongs together. */
export interface Guard extends Removal {
  name: string;
  /** What is always true with it, for the page. */
  keeps: string;
  /** The shortest test files of which one fails without it. */
  tests: readonly [string, ...string[]];
  /** Only the tests with this text in their title. */
  named?: string;
  /**
   * Another guard that makes the removal of this one harmless. Both are removed together, so that a test still shows what
   * they keep.
   */
  heldBy?: Removal & { why: string };
}

export interface GuardSubject {
  title: string;
  guards: readonly Guard[];
}

/** @throws Error unless the text is in the file exactly once: the table is stale, or ambiguous */
export function withoutGuard(source: string, { file, text, replacement }: Removal): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${file} has this text ${parts.length - 1} times, not once: ${text}`);
  return parts.join(replacement);
}

export const removalsOf = (guard: Guard): Removal[] => (guard.heldBy ? [guard, guard.heldBy] : [guard]);
