import { Types } from "mongoose";
import pino from "pino";
import { asked, BANK_ACCOUNT, done, useRefunds } from "./refund-world.js";

/** Where an account number may be: in requests, and encrypted in the refund. Nowhere else. */
const world = useRefunds();
const { shop, order, get, post, stored } = world;
const NUMBER = BANK_ACCOUNT.accountNumber;
const newKey = () => `key-${new Types.ObjectId().toHexString()}`;

/** Every document of the database as text. */
async function dump(): Promise<string> {
  const texts: string[] = [];
  for (const { collectionName } of await shop().db.collections()) {
    const documents = await shop().db.collection(collectionName).find().toArray();
    texts.push(`${collectionName} ${JSON.stringify(documents)}`);
  }
  return texts.join("\n");
}

/** What the service logs at the most verbose level while `work` runs. */
async function logOf(work: () => Promise<void>): Promise<string> {
  const { logger } = await import("../../../config/logger.config.js");
  const lines: string[] = [];
  const [level, stream] = [logger.level, Reflect.get(logger, pino.symbols.streamSym)];
  Reflect.set(logger, pino.symbols.streamSym, { write: (line: string) => lines.push(line) });
  logger.level = "trace";
  try {
    await work();
  } finally {
    logger.level = level;
    Reflect.set(logger, pino.symbols.streamSym, stream);
  }
  return lines.join("");
}

/** Gives accounts in every way, valid and not. @returns every answer */
async function giveAccounts(): Promise<string> {
  const answers: { text: string }[] = [];
  const { buyer, order: placed } = await order(shop().customer());
  const { id } = await asked(world, buyer, { orderNumber: placed.orderNumber });
  const path = `/api/refunds/${id}/bank-account`;
  for (const body of [BANK_ACCOUNT, { ...BANK_ACCOUNT, ifsc: "x" }, { ...BANK_ACCOUNT, extra: NUMBER }])
    answers.push(await shop().call("put", path, { as: buyer.as, body }));
  const other = await order(shop().customer("bharat"));
  const start = { orderId: other.order.id, reason: "damaged", destination: "bank_transfer", ...BANK_ACCOUNT };
  const created = await post("", start, { as: "support", key: newKey() });
  const second = done(created).id;
  const transfer = { key: newKey() };
  const tooLong = { ...BANK_ACCOUNT, accountNumber: `${NUMBER}${NUMBER}` };
  answers.push(created, await post(`/${id}/bank-transfer`, tooLong));
  // The second one is the stored answer of the first.
  for (const _time of [1, 2]) answers.push(await post(`/${second}/bank-transfer`, BANK_ACCOUNT, transfer));
  answers.push(await get(""), await get(`/${second}`), await get(`/${second}/history`));
  answers.push(await buyer.get("/api/refunds"));
  const as = { token: shop().sandbox.tokens.admin };
  answers.push(await shop().call("get", "/api/admin/audit-logs?resourceType=refund", { as }));
  answers.push(await shop().http.get("/api/docs/openapi.json"));
  await shop().settle();
  expect((await stored(second)).bankAccount).toMatchObject({ last4: "6372" });
  return answers.map(({ text }) => text).join("\n");
}

test("When accounts are given in every way, then the plain number is in no answer, document, log line or mail", async () => {
  let answers = "";
  const log = await logOf(async () => {
    answers = await giveAccounts();
  });
  const mails = JSON.stringify(shop().sandbox.control.engagement.notifications());
  expect(answers).toContain('"last4":"6372"');
  for (const [where, text] of Object.entries({ answers, log, mails, database: await dump() })) {
    expect([where, text.length > 1_000, text.includes(NUMBER)]).toEqual([where, true, false]);
  }
});

test("When a body with an account has a key, then its stored fingerprint does not give the digits away", async () => {
  const { order: placed } = await order();
  const body = { orderId: placed.id, reason: "damaged", destination: "bank_transfer", ...BANK_ACCOUNT };
  const key = newKey();
  done(await post("", body, { key }));
  const record = await shop().db.collection("idempotencyRecords").findOne({ key });
  const { canonicalJson, sha256Hex } = await import("../../../utils/helpers.js");
  expect(record?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  // With a plain hash, an attacker with a dump tries all numbers that end with the four digits.
  expect(record?.fingerprint).not.toBe(sha256Hex(canonicalJson(body)));
});

test("When a person is to make the transfer, then a command shows the whole number, and the audit log who read it", async () => {
  const { readBankAccount } = await import("../../../services/flows/read-bank-account.flow.js");
  const { buyer, order: placed } = await order();
  const start = { orderId: placed.id, reason: "damaged", destination: "bank_transfer" };
  const { id, refundNumber } = done(await post("", start, { as: "support" }));
  const reading = () => readBankAccount(refundNumber, "operator");
  await expect(readBankAccount("REF-2020-999999", "operator")).rejects.toMatchObject({
    code: "REFUND_NOT_FOUND",
  });
  await expect(reading()).rejects.toMatchObject({ code: "INVALID_STATUS_TRANSITION" });
  done(await post(`/${id}/approve`));
  await expect(reading()).rejects.toMatchObject({ code: "BANK_ACCOUNT_REQUIRED" });
  expect((await world.audits(id)).map(({ action }) => action)).not.toContain("refund.read-account");
  done(await shop().call("put", `/api/refunds/${id}/bank-account`, { as: buyer.as, body: BANK_ACCOUNT }));
  expect(await reading()).toMatchObject({ ...BANK_ACCOUNT, orderNumber: placed.orderNumber });
  const last = (await world.audits(id)).at(-1);
  expect(last).toMatchObject({ action: "refund.read-account", actorType: "system", actorId: "operator" });
  expect(JSON.stringify(last)).not.toContain(NUMBER);
  await shop().settle();
  const forwarded = shop().sandbox.control.auth.auditLogs({ resourceId: id });
  expect(forwarded.map(({ action }) => action)).toContain("refund.read-account");
});

describe("Rotating keys", () => {
  const [OLD, NEW] = ["0a".repeat(32), "f1".repeat(32)];

  /** A refund whose account was encrypted with a key. */
  async function storeAccount(key: string, bankAccount = true) {
    const [{ createTextCipher }, { accountContextOf }] = await Promise.all([
      import("../../../utils/encryption.js"),
      import("../../../services/aggregates/refund/bank-account.js"),
    ]);
    const ids = { _id: new Types.ObjectId(), orderId: new Types.ObjectId(), paymentId: null };
    const context = accountContextOf(ids);
    const accountNumber = createTextCipher([key]).encrypt(NUMBER, context);
    await shop()
      .db.collection("refunds")
      .insertOne({
        ...{ ...ids, refundNumber: ids._id.toHexString(), updatedAt: new Date(0) },
        bankAccount: bankAccount ? { accountHolder: "M", accountNumber, last4: "6372", ifsc: "I" } : null,
      });
    const read = async () => (await stored(ids._id.toHexString())).bankAccount?.accountNumber;
    return { ...ids, context, read };
  }

  test("When all instances have the new key first, then every account is encrypted with it, and the old key is not needed", async () => {
    const [{ createTextCipher }, { rotateKeys }] = await Promise.all([
      import("../../../utils/encryption.js"),
      import("../../../services/flows/rotate-keys.flow.js"),
    ]);
    await shop().db.collection("refunds").deleteMany({});
    const accounts = [await storeAccount(OLD), await storeAccount(NEW), await storeAccount(OLD)];
    await storeAccount(OLD, false);
    const onlyNew = createTextCipher([NEW]);
    // Too early: what no key decrypts stays as it is, and the command says that it is needed.
    expect(await rotateKeys(onlyNew)).toEqual({ accounts: 3, renewed: 0, left: 2 });
    const both = createTextCipher([NEW, OLD]);
    expect(await rotateKeys(both)).toEqual({ accounts: 3, renewed: 2, left: 0 });
    for (const { context, read } of accounts) expect(onlyNew.decrypt(await read(), context)).toBe(NUMBER);
    expect(await rotateKeys(both)).toEqual({ accounts: 3, renewed: 0, left: 0 });
    const untouched = await shop()
      .db.collection("refunds")
      .countDocuments({ updatedAt: new Date(0) });
    expect(untouched).toBe(4);
  });

  test("When the customer gives another account meanwhile, then that one is kept, and counts as left", async () => {
    const [{ createTextCipher }, { rotateKeys }] = await Promise.all([
      import("../../../utils/encryption.js"),
      import("../../../services/flows/rotate-keys.flow.js"),
    ]);
    const refunds = shop().db.collection("refunds");
    await refunds.deleteMany({});
    const accounts = [];
    for (let index = 0; index < 5; index += 1) accounts.push(await storeAccount(OLD));
    const [last] = accounts.slice(-1);
    const both = createTextCipher([NEW, OLD]);
    let change: Promise<unknown> | undefined;
    const racing = {
      ...both,
      // The batch has been read; those before the last one are encrypted while it changes.
      decrypt(ciphertext: string, context: string) {
        change ??= refunds.updateOne(
          { _id: last?._id },
          { $set: { "bankAccount.accountNumber": "another" } },
        );
        return both.decrypt(ciphertext, context);
      },
    };
    expect(await rotateKeys(racing)).toEqual({ accounts: 5, renewed: 4, left: 1 });
    await change;
    expect(await last?.read()).toBe("another");
    await refunds.deleteMany({});
  });
});
