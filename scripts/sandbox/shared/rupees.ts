/** The neighbours speak rupees; sums and percentages are made in whole paise, so that 0.1 + 0.2 is 0.3. */
export const toWholePaise = (rupees: number): number => Math.round(Number((rupees * 100).toPrecision(15)));

export const fromWholePaise = (paise: number): number => paise / 100;

/** `percent` of an amount in rupees, rounded half up to the paisa. */
export const percentOf = (rupees: number, percent: number): number =>
  fromWholePaise(Math.floor((toWholePaise(rupees) * percent) / 100 + 0.5));
