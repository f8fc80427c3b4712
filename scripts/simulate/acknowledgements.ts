import type mongoose from "mongoose";

/** What the service has acknowledged to a client with a 2xx: from then on it must be in the database. */
export interface Acknowledgement {
  /** In words: `the order ORD-2026-000017 is placed`. */
  what: string;
  collection: string;
  /** Finds at least one document. */
  filter: mongoose.mongo.Filter<mongoose.mongo.Document>;
  ids: readonly string[];
}

const AT_ONCE = 20;

/** The list of all of them. No crash, failover or lost answer may take one back. */
export class Acknowledgements {
  readonly #all: Acknowledgement[] = [];
  #checked = 0;

  get count(): number {
    return this.#all.length;
  }

  add(acknowledgement: Acknowledgement): void {
    this.#all.push(acknowledgement);
  }

  /** Those that came since the last call and are not in the database. */
  async findNewLost(db: mongoose.mongo.Db): Promise<Acknowledgement[]> {
    const from = this.#checked;
    this.#checked = this.#all.length;
    return findLost(db, this.#all.slice(from));
  }

  findAllLost(db: mongoose.mongo.Db): Promise<Acknowledgement[]> {
    return findLost(db, this.#all);
  }
}

async function findLost(db: mongoose.mongo.Db, list: readonly Acknowledgement[]): Promise<Acknowledgement[]> {
  const lost: Acknowledgement[] = [];
  for (let from = 0; from < list.length; from += AT_ONCE) {
    const some = list.slice(from, from + AT_ONCE);
    const found = await Promise.all(
      some.map(({ collection, filter }) =>
        db.collection(collection).findOne(filter, { projection: { _id: 1 } }),
      ),
    );
    lost.push(...some.filter((_, index) => found[index] === null));
  }
  return lost;
}
