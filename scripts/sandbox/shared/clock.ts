/** The time of the stand-ins. Tests move it together with the clock of the service under test. */
export interface SandboxClock {
  /** Milliseconds since 1970, shifted. */
  now(): number;
  /** Sets the distance to the real clock, in milliseconds; 0 returns to it. */
  setOffset(offsetMs: number): void;
}

export function createClock(): SandboxClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    setOffset: (offsetMs) => {
      offset = offsetMs;
    },
  };
}
