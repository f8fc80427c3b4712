import { createRandom } from "../sandbox/shared/random.js";

/** FNV-1a: spreads names and seeds over 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** Draws from one seed. Each actor has a fork of its own, so that no actor changes what another one draws. */
export class Random {
  readonly #next: () => number;

  constructor(private readonly seed: number) {
    this.#next = createRandom(seed);
  }

  /** The same name gives the same draws, whatever was drawn here. */
  fork(name: string): Random {
    return new Random(hashOf(`${this.seed}:${name}`));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  /** @throws Error when the list is empty */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.between(0, list.length - 1)];
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  }

  /** Picks a row by its weight. */
  weighted<T extends { weight: number }>(rows: readonly T[]): T {
    let left = this.#next() * rows.reduce((sum, { weight }) => sum + weight, 0);
    const picked = rows.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return picked ?? this.pick(rows);
  }
}
