import { Types } from "mongoose";
import { accountNumberOf, toBankAccount } from "../../../services/aggregates/refund/bank-account.js";
import {
  createTextCipher,
  DecryptionError,
  decryptText,
  encryptText,
  ownCipher,
} from "../../../utils/encryption.js";

const [OLD, NEW] = ["0a".repeat(32), "F1".repeat(32)];
const NUMBER = "50100012345678";

test("When a text is encrypted twice, then both ciphertexts differ, hide it, and decrypt to it", () => {
  const [one, other] = [encryptText(NUMBER, "refund-1"), encryptText(NUMBER, "refund-1")];
  expect(one).not.toBe(other);
  for (const ciphertext of [one, other]) {
    expect(ciphertext).not.toContain(NUMBER);
    expect(Buffer.from(ciphertext.split(".")[3] ?? "", "base64url").toString("latin1")).not.toContain(NUMBER);
    expect(decryptText(ciphertext, "refund-1")).toBe(NUMBER);
    expect(ownCipher.isCurrent(ciphertext)).toBe(true);
  }
});

test("When a ciphertext stands in another document, then it does not decrypt", () => {
  const ciphertext = encryptText(NUMBER, "refund-1");
  expect(() => decryptText(ciphertext, "refund-2")).toThrow(DecryptionError);
});

test("When any character of a ciphertext is changed, then it does not decrypt, and the error shows nothing of it", () => {
  const ciphertext = encryptText(NUMBER, "refund-1");
  for (let index = 0; index < ciphertext.length; index += 1) {
    const other = ciphertext[index] === "A" ? "B" : "A";
    const changed = ciphertext.slice(0, index) + other + ciphertext.slice(index + 1);
    // The last character of a base64 text may hold bits that are not used.
    if (Buffer.from(changed.split(".")[3] ?? "", "base64url").equals(sealedOf(ciphertext))) continue;
    expect(() => decryptText(changed, "refund-1")).toThrow(/^cannot decrypt: [a-z ,]+$/);
  }
  for (const broken of ["", "v1", "v1...", `${ciphertext.slice(0, 30)}`, "v2.a.b.c", NUMBER]) {
    expect(() => decryptText(broken, "refund-1")).toThrow(DecryptionError);
  }
});

const sealedOf = (ciphertext: string): Buffer => Buffer.from(ciphertext.split(".")[3] ?? "", "base64url");

test("When keys are rotated, then both decrypt, the first encrypts, and without the old one its texts are lost", () => {
  const [before, during, after] = [
    createTextCipher([OLD]),
    createTextCipher([NEW, OLD]),
    createTextCipher([NEW]),
  ];
  const old = before.encrypt(NUMBER, "c");
  expect([during.decrypt(old, "c"), during.isCurrent(old)]).toEqual([NUMBER, false]);
  const renewed = during.encrypt(NUMBER, "c");
  expect([after.decrypt(renewed, "c"), after.isCurrent(renewed)]).toEqual([NUMBER, true]);
  expect(() => after.decrypt(old, "c")).toThrow("an unknown key");
  // A key is the same in capital letters.
  expect(createTextCipher([NEW.toLowerCase()]).decrypt(renewed, "c")).toBe(NUMBER);
  expect(() => createTextCipher([])).toThrow(TypeError);
});

test("When a bank account is stored, then only its last four digits can be read, by the refunds of the same order", () => {
  const [orderId, paymentId] = [new Types.ObjectId(), new Types.ObjectId()];
  const details = { accountHolder: "Asha Rao", accountNumber: NUMBER, ifsc: "HDFC0001234" };
  const account = toBankAccount(details, { orderId, paymentId });
  expect(account).toEqual({
    ...{ accountHolder: "Asha Rao", ifsc: "HDFC0001234", last4: "5678" },
    accountNumber: expect.stringMatching(/^v1\.[0-9a-f]{8}\./),
  });
  expect(JSON.stringify(account)).not.toContain(NUMBER);
  expect(accountNumberOf(account, { orderId, paymentId: null })).toBe(NUMBER);
  expect(() => accountNumberOf(account, { orderId: new Types.ObjectId(), paymentId })).toThrow(
    DecryptionError,
  );
  const ofPayment = toBankAccount(details, { orderId: null, paymentId });
  expect(accountNumberOf(ofPayment, { orderId: null, paymentId })).toBe(NUMBER);
});
