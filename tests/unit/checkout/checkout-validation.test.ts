import * as schemas from "../../../src/checkout/checkout.validation.js";
import { readBody, readUrl } from "../../support/schema-checks.js";

const address = {
  name: "Asha Rao",
  phone: "9876543210",
  line1: "14 MG Road",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: "560001",
};

describe("A contact", () => {
  const contact = (fields: object) =>
    readBody(schemas.setContactSchema.body, { email: "asha@example.com", phone: "9876543210", ...fields });

  test.each(["9876543210", "98765 43210", "+919876543210", "+91 98765-43210"])(
    "When the phone is written %s, then it becomes +91 and ten digits",
    (phone) => {
      expect(contact({ phone }).value).toMatchObject({ phone: "+919876543210" });
    },
  );

  test.each(["987654321", "98765432100", "+14155552671", "1234567890", "٩٨٧٦٥٤٣٢١٠", "98765 43210 x5", ""])(
    "When the phone is %j, then it is refused",
    (phone) => {
      expect(contact({ phone }).refused).toEqual(expect.arrayContaining(["phone"]));
    },
  );

  test("When the e-mail has capitals, then it is kept as typed", () => {
    expect(contact({ email: "Asha.Rao@Example.COM" }).value).toMatchObject({ email: "Asha.Rao@Example.COM" });
  });

  test.each(["asha", "asha@localhost", "a@b.in\r\nBcc: c@d.in", `${"a".repeat(250)}@example.com`, 5, null])(
    "When the e-mail is %j, then it is refused",
    (email) => {
      expect(contact({ email }).refused).toEqual(expect.arrayContaining(["email"]));
    },
  );

  test("When a field is unknown, then it is refused, not dropped", () => {
    expect(contact({ userId: "user-bharat" }).refused).toEqual(["userId"]);
  });
});

describe("A shipping address", () => {
  const read = (fields: object) => readBody(schemas.setShippingAddressSchema.body, { ...address, ...fields });

  test("When it is complete, then its lines are trimmed and empty ones are left out", () => {
    const { line2, ...kept } = read({ line1: "  14 MG Road ", line2: null }).value as typeof address & {
      line2?: string;
    };
    expect(kept).toEqual({ ...address, phone: "+919876543210" });
    expect(line2).toBeUndefined();
  });

  test.each([
    ["pincode", "012345"],
    ["pincode", "56000"],
    ["pincode", 560001],
    ["line1", "   "],
    ["line1", "x".repeat(201)],
    ["city", "Bengaluru\u202e"],
    ["country", "US"],
    ["name", undefined],
    ["addressId", "../users/2"],
  ])("When %s is %j, then it is refused", (field, value) => {
    expect(read({ [field]: value }).refused).toEqual(expect.arrayContaining([field]));
  });
});

describe("A billing address", () => {
  const read = (body: object) => readBody(schemas.setBillingAddressSchema.body, body);

  test("When it is the same as the shipping one, then nothing else is needed", () => {
    expect(read({ sameAsShipping: true }).refused).toBeUndefined();
  });

  test("When an address comes together with sameAsShipping, then it is refused", () => {
    expect(read({ sameAsShipping: true, ...address, landmark: "Mall" }).refused?.sort()).toEqual(
      [...Object.keys(address), "landmark"].sort(),
    );
  });

  test.each([{}, { sameAsShipping: false }])(
    "When the body is %j, then the fields of the address are required",
    (body) => {
      expect(read(body).refused?.sort()).toEqual(Object.keys(address).sort());
    },
  );

  test.each([undefined, null, "29AABCV4321K1Z7"])("When the GSTIN is %j, then it is accepted", (gstin) => {
    expect(read({ ...address, gstin, sameAsShipping: false }).refused).toBeUndefined();
  });
});

describe("A payment method", () => {
  const read = (body: object) => readBody(schemas.setPaymentMethodSchema.body, body);

  test.each(["termsAccepted", "terms_accepted"])(
    "When the terms are sent as %s, then they are accepted",
    (name) => {
      expect(read({ method: "upi", [name]: true }).refused).toBeUndefined();
    },
  );

  test("When the terms are sent under both names, then it is refused as ambiguous", () => {
    expect(read({ method: "upi", termsAccepted: true, terms_accepted: false }).refused).toBeDefined();
  });

  test.each(["bank_transfer", "emi", "UPI", { $ne: null }])("When it is %j, then it is refused", (method) => {
    expect(new Set(read({ method }).refused)).toEqual(new Set(["method"]));
  });
});

describe("A gift message", () => {
  const read = (giftMessage: unknown) => readBody(schemas.setGiftMessageSchema.body, { giftMessage });

  test("When it has several lines, then it is accepted", () => {
    expect(read("Dear Asha,\n\thappy birthday!\r\n").refused).toBeUndefined();
  });

  test.each(["x".repeat(501), "\u0000", "\u202eabc"])("When it is %j, then it is refused", (message) => {
    expect(read(message).refused).toEqual(["giftMessage"]);
  });
});

test.each(["1", "6b0156b4ef27ad0834fd0ef", "6b0156b4ef27ad0834fd0ef6a", "zb0156b4ef27ad0834fd0ef6"])(
  "When the session's id is %s, then it is refused",
  (sessionId) => {
    expect(readUrl(schemas.getCheckoutSchema.params, { sessionId }).refused).toEqual(["sessionId"]);
  },
);
