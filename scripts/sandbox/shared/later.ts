/** Rows that are written together a little later, and before anybody reads what they change. */
export interface Later<Row> {
  add(...rows: Row[]): void;
  /** Resolves when everything that was added before is written. */
  write(): Promise<void>;
}

export function createLater<Row>(writeAll: (rows: Row[]) => Promise<unknown>): Later<Row> {
  let waiting: Row[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function writeRows(rows: Row[]): Promise<void> {
    try {
      await writeAll(rows);
    } catch (error) {
      // For the next time, before what has come meanwhile.
      waiting = [...rows, ...waiting];
      throw error;
    }
  }

  return {
    add: (...rows) => void waiting.push(...rows),
    write: () => {
      if (waiting.length === 0) return writing;
      const rows = waiting;
      waiting = [];
      const before = writing.catch(() => undefined);
      writing = before.then(() => writeRows(rows));
      return writing;
    },
  };
}
