import fc from "fast-check";
import Joi from "joi";
import { emailSearchKey } from "../../../models/order.model.js";
import { contactOfClaims, emailKey, toIndianPhone, toPincode } from "../../../utils/contact.js";
import { addressKeys } from "../../../utils/contact-schemas.js";

const mobile = fc
  .tuple(
    fc.constantFrom("6", "7", "8", "9"),
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 9, maxLength: 9 }),
  )
  .map(([first, rest]) => first + rest);
const prefix = fc.constantFrom("", "0", "91", "+91", "0091", "+91 0", "(+91)", "+91-", "091-");
const blank = fc.constantFrom("", " ", "\u00a0", "-", ".", "\u2011", "\u200b");

describe("toIndianPhone", () => {
  test("When any mobile number is typed in any usual spelling, then it becomes its E.164", () => {
    fc.assert(
      fc.property(mobile, prefix, blank, fc.integer({ min: 1, max: 9 }), (digits, before, between, at) => {
        const spelled = `${before}${between}${digits.slice(0, at)}${between}${digits.slice(at)}`;
        expect(toIndianPhone(spelled)).toBe(`+91${digits}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test("When it is in E.164 already, then it stays", () => {
    fc.assert(fc.property(mobile, (digits) => expect(toIndianPhone(`+91${digits}`)).toBe(`+91${digits}`)));
  });

  test("When anything else is typed, then the result is null or E.164, never something else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+0-9 ().;x-]{0,20}$/)), (typed) => {
        const phone = toIndianPhone(typed);
        if (phone !== null) expect(phone).toMatch(/^\+91[6-9]\d{9}$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("toPincode", () => {
  test.each([
    ["560001", "560001"],
    [" 560\u00a0001", "560001"],
    ["560-001", "560001"],
    ["060001", null],
    ["56000", null],
    ["PIN 560001", null],
  ])("When it is typed as %j, then it is %j", (typed, pincode) => {
    expect(toPincode(typed)).toBe(pincode);
  });
});

describe("emailKey", () => {
  test.each([
    ["Asha@Example.IN", "asha@example.in"],
    [" asha@example.in\u200b", "asha@example.in"],
    ["asha@Bücher.example", "asha@bücher.example"],
    ["asha@xn--bcher-kva.example", "asha@bücher.example"],
    ["asha@XN--BCHER-KVA.Example", "asha@bücher.example"],
    ["asha@bu\u0308cher.example", "asha@bücher.example"],
    ["आशा@उदाहरण.भारत", "आशा@उदाहरण.भारत"],
    ["आशा@xn--p1b6ci4b4b3a.xn--h2brj9c", "आशा@उदाहरण.भारत"],
    // The beginning of an address, as an admin types it into a search.
    ["Ash", "ash"],
    ["asha@bü", "asha@bü"],
  ])("When the address is %j, then it is compared as %j", (email, key) => {
    expect(emailKey(email)).toBe(key);
    expect(emailSearchKey(email)).toBe(`email:${key}`);
  });

  test("When a key is made of a key, then it is the same", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => expect(emailKey(emailKey(email))).toBe(emailKey(email))),
    );
  });
});

describe("contactOfClaims", () => {
  test("When the claims are spelled as people type, then they come in the stored form", () => {
    const claims = {
      name: " Asha\u200b Rao",
      email: "Asha@Example.in\u200b",
      phone: "098450 12345",
      sub: "u1",
    };
    expect(contactOfClaims(claims)).toEqual({
      name: "Asha Rao",
      email: "Asha@Example.in",
      phone: "+919845012345",
    });
  });

  test.each([
    {},
    { name: 5, email: null, phone: ["98450 12345"] },
    { name: "\u3164", email: "asha", phone: "12345" },
    { name: "x".repeat(101), email: `${"a".repeat(250)}@b.in`, phone: "" },
    { name: "a\u202eb", email: "a\u202e@b.in", phone: "+14155552671" },
  ])("When the claims are %j, then none of them counts", (claims) => {
    expect(contactOfClaims(claims)).toEqual({ name: undefined, email: undefined, phone: undefined });
  });
});

test.each(["name", "line1", "line2", "landmark", "city"] as const)(
  "When a card number is typed as %s, then only its last digits are left",
  (field) => {
    const read = Joi.object(addressKeys).validate(
      { [field]: "Flat 4, 4111 1111 1111 1111" },
      { convert: false },
    );
    expect(read.value).toEqual({ [field]: "Flat 4, ****1111" });
  },
);
