/**
 * Pincode → state, from India Post's directory (snapshot of October 2025). A cross-check
 * of the state in an address; the tax head is decided by the address' state, never by the pincode.
 */
import { isStateCode, type StateCode, toCurrentStateCode } from "./states.js";

/** Three-digit prefixes, `first-last:state`. 900–999 are Army Post Offices, which lie in no state. */
const PREFIXES = `
  110:07 121-136:06 140-152:03 160:04 171-177:02 180-193:01 194:38 201-245:09 246:05 247:09 248-249:05
  250-261:09 262:05 263:05 271-285:09 301-345:08 360-396:24 400-402:27 403:30 410-445:27 450-488:23
  490-497:22 500-509:36 515-535:37 560-591:29 600-643:33 670-695:32 700-736:19 737:11 741-743:19 744:35
  751-770:21 781-788:18 790-792:12 793-794:17 795:14 796:15 797-798:13 799:16 800-813:10 814-818:20
  821:10 822:20 823-824:10 825-835:20 841-855:10`;

/** Whole pincodes that lie in another state than their prefix says. */
const EXCEPTIONS = `
  160055:03 160059:03 160062:03 160071:03 160103-160104:03
  244712-244717:05 244720:05 247656:05 247658:05 247661:05 247663-247668:05 247670-247671:05
  246701-246764:09 262001-262203:09 262302:09 262305:09 262406:09 262701-262908:09
  362520:26 362540:26 362570:26 396210:26 396215:26 396220:26 396230:26 396235:26 396240:26
  605001-605011:34 605013:34 605110:34 605502:34 607402-607403:34 609601-609607:34 609609:34 673310:34
  682551-682559:31 813208:20 814131:10 791701:15 504346:37`;

/** Delivered by one office into two states: only the customer knows which. */
const SHARED = `
  244923-244924 247662 396193 396235 533464 605007 605014 605102 605105-605107 605111 605501
  781029 781131 782410 813206`;

function* numbersOf(range: string): Generator<number> {
  const [first, last] = range.split("-");
  for (let number = Number(first); number <= Number(last ?? first); number += 1) yield number;
}

function readTable(table: string): ReadonlyMap<number, StateCode> {
  const states = new Map<number, StateCode>();
  for (const entry of table.trim().split(/\s+/)) {
    const [range = "", code = ""] = entry.split(":");
    if (!isStateCode(code)) throw new RangeError(`not a state code: ${code}`);
    for (const number of numbersOf(range)) states.set(number, code);
  }
  return states;
}

const STATE_OF_PREFIX = readTable(PREFIXES);
const STATE_OF_EXCEPTION = readTable(EXCEPTIONS);
const SHARED_PINCODES: ReadonlySet<number> = new Set(
  SHARED.trim()
    .split(/\s+/)
    .flatMap((range) => [...numbersOf(range)]),
);

/** Six digits, the first not 0. Says nothing about whether the post office uses it. */
export function isValidPincode(pincode: string): boolean {
  return /^[1-9][0-9]{5}$/.test(pincode);
}

/** Whether the pincode is delivered into two states. */
export function isSharedPincode(pincode: string): boolean {
  return isValidPincode(pincode) && SHARED_PINCODES.has(Number(pincode));
}

/**
 * The state a pincode lies in; for a shared one the state of its larger part. Null when malformed,
 * an Army Post Office, or unknown to the directory.
 */
export function findStateOfPincode(pincode: string): StateCode | null {
  if (!isValidPincode(pincode)) return null;
  const number = Number(pincode);
  return STATE_OF_EXCEPTION.get(number) ?? STATE_OF_PREFIX.get(Math.floor(number / 1000)) ?? null;
}

/**
 * Whether an address may have both. Unknown and shared pincodes fit every state, since the directory
 * is not the law; a malformed one fits none. Legacy state codes count as their successors.
 */
export function pincodeFitsState(pincode: string, state: StateCode): boolean {
  if (!isValidPincode(pincode)) return false;
  if (isSharedPincode(pincode)) return true;
  const expected = findStateOfPincode(pincode);
  return expected === null || expected === toCurrentStateCode(state);
}
