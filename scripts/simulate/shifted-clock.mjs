/**
 * Preloaded by an instance of the service whose clock is wrong: `node --import ./shifted-clock.mjs`, by as many
 * milliseconds as CLOCK_SHIFT_MS says. Timers are not affected, as with a wrong clock of a machine.
 */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const RealDate = Date;
const now = () => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property) => (property === "now" ? now : Reflect.get(target, property)),
});
