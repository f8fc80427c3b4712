import { isMintedGuestId, mintGuestId } from "../../../utils/guest-ids.js";

const SECRET = "a-link-secret-of-the-tests";

describe("Guest ids", () => {
  test("When an id is minted, then it has the header's format, is new, and is recognised", () => {
    const ids = Array.from({ length: 100 }, () => mintGuestId(SECRET));
    expect(new Set(ids.map((id) => id.slice(0, 24))).size).toBe(100);
    for (const id of ids) {
      expect(id).toMatch(/^[A-Za-z0-9_-]{22,64}$/);
      expect(isMintedGuestId(id, SECRET)).toBe(true);
    }
  });

  test("When any character of an id is changed, then it is not recognised", () => {
    const id = mintGuestId(SECRET);
    for (let at = 0; at < id.length; at += 1) {
      const other = id[at] === "A" ? "B" : "A";
      expect(isMintedGuestId(id.slice(0, at) + other + id.slice(at + 1), SECRET)).toBe(false);
    }
  });

  test.each([
    ["is cut", (id: string) => id.slice(0, -1)],
    ["is longer", (id: string) => `${id}A`],
    ["has only a tag", (id: string) => id.slice(24)],
    ["is invented", () => "a".repeat(46)],
    ["was minted with another secret", () => mintGuestId("another-secret-of-the-tests")],
  ])("When an id %s, then it is not recognised", (_what, change) => {
    expect(isMintedGuestId(change(mintGuestId(SECRET)), SECRET)).toBe(false);
  });
});
