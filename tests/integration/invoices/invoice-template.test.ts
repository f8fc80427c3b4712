import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, useShop } from "../checkout/shop-world.js";
import { asAdmin, auditsOf, buyInvoiced, getFile, headersOf, readBytes } from "./invoiced-shop.js";

const shop = useShop();
const PATH = "/api/admin/invoices/template";
const stored = () => shop().db.collection("invoiceTemplates").find().sort({ _id: 1 }).toArray();
const get = async () => done(await asAdmin(shop()).get("/template"));
const put = (body: object) => asAdmin(shop()).put("/template", body);

/** One red pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
const LOGO = `data:image/png;base64,${PNG}`;
/** Its first bytes are right. */
const BROKEN_LOGO = `data:image/png;base64,${Buffer.from(PNG, "base64").fill(0, 40).toString("base64")}`;

beforeEach(() => shop().db.collection("invoiceTemplates").deleteMany({}));

const preview = (body: object): Promise<Response> =>
  shop()
    .http.post(`${PATH}/preview`)
    .set("Authorization", `Bearer ${shop().sandbox.tokens.admin}`)
    .send(body)
    .buffer(true)
    .parse(readBytes)
    .then();

describe("The invoice template", () => {
  test("When it was never changed, then there is a first version, complete", async () => {
    expect(await get()).toMatchObject({
      version: 1,
      logo: null,
      taxDisplay: "columns",
      colours: { primary: expect.stringMatching(/^#[0-9a-f]{6}$/i) },
      updatedBy: null,
    });
    expect(await stored()).toHaveLength(1);
  });

  test("When a part is changed, then the rest stays, the earlier version too, and the change is audited", async () => {
    const first = await get();
    const terms = "भुगतान 7 दिनों में।\n\nReturns within 7 days.";
    expect(done(await put({ terms, logo: LOGO, version: 1 }))).toMatchObject({
      version: 2,
      terms,
      logo: LOGO,
      taxDisplay: "columns",
      updatedBy: SEED.admins.admin,
    });
    expect(done(await put({ taxDisplay: "summary" }))).toMatchObject({ version: 3, terms, logo: LOGO });
    expect(done(await put({ logo: null, terms: "" }))).toMatchObject({ version: 4, terms: null, logo: null });
    expect(await stored()).toMatchObject([
      { _id: 1, terms: first.terms, logo: null },
      { _id: 2, terms, logo: { contentType: "image/png" } },
      { _id: 3, taxDisplay: "summary", logo: { contentType: "image/png" } },
      { _id: 4, terms: null, logo: null, createdById: SEED.admins.admin },
    ]);
    const audits = await shop()
      .db.collection("auditLogs")
      .find({ resourceType: "invoiceTemplate" })
      .toArray();
    expect(audits.length).toBeGreaterThanOrEqual(3);
  });

  test("When the version is stale, then 409 with what is current, and nothing is stored", async () => {
    await get();
    await put({ header: "Vedic Store" });
    const details = refused(await put({ header: "Another", version: 1 }), 409, "VERSION_CONFLICT");
    expect(details.current).toMatchObject({ version: 2, header: "Vedic Store", logo: null });
    expect(await stored()).toHaveLength(2);
  });

  test("When five admins change it at once, then every change is a version of its own", async () => {
    await get();
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => put({ footer: `Footer ${n}` })));
    expect(answers.map((answer) => done(answer).version).toSorted()).toEqual([2, 3, 4, 5, 6]);
    expect((await stored()).map(({ _id }) => Number(_id))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("When it changes, then documents that are issued keep their version, and new ones have the new one", async () => {
    const before = await buyInvoiced(shop());
    const pdf = () =>
      getFile(shop(), `/api/invoices/${before.invoiceNumber}/download`, headersOf(before.buyer));
    const first = await pdf();
    const { version } = done(await put({ footer: "A new footer" }));
    const after = await buyInvoiced(shop());
    expect([before.invoice.templateVersion, after.invoice.templateVersion]).toEqual([version - 1, version]);
    expect((await pdf()).body.equals(first.body)).toBe(true);
  });

  test.each([
    ["nothing", {}],
    ["nothing but a version", { version: 1 }],
    ["a logo of another type", { logo: "data:image/gif;base64,R0lGODlhAQABAAAAACw=" }],
    ["a logo by its address", { logo: "https://example.in/logo.png" }],
    ["a text as a logo", { logo: `data:image/png;base64,${Buffer.from("<svg/>").toString("base64")}` }],
    ["a broken PNG", { logo: BROKEN_LOGO }],
    ["a colour by its name", { colours: { primary: "red", text: "#000000" } }],
    ["half of the colours", { colours: { primary: "#000000" } }],
    ["a header of 501 characters", { header: "x".repeat(501) }],
    ["terms of 20,001 characters", { terms: "x".repeat(20_001) }],
    ["an unknown way to show tax", { taxDisplay: "none" }],
    ["the supplier's data", { gstin: "29AABCV4321K1Z7" }],
  ])("When %s is sent, then VALIDATION_ERROR and nothing is stored", async (_what, body) => {
    await get();
    refused(await put(body), 400, "VALIDATION_ERROR");
    expect(await stored()).toHaveLength(1);
  });

  test("When a role may not change settings, then 403", async () => {
    for (const role of ["finance", "viewer"] as const) {
      refused(await asAdmin(shop(), role).get("/template"), 403, "FORBIDDEN");
      refused(await asAdmin(shop(), role).put("/template", { footer: "x" }), 403, "FORBIDDEN");
    }
  });
});

describe("A preview", () => {
  test("When a design is previewed, then it is a PDF to look at, and nothing is stored or numbered", async () => {
    await get();
    const before = await Promise.all([stored(), shop().db.collection("invoices").countDocuments()]);
    const counters = await shop().db.collection("counters").find().toArray();
    const design = {
      logo: LOGO,
      terms: "Terms of the preview",
      colours: { primary: "#7a1f1f", text: "#111111" },
    };
    const [plain, designed] = [await preview({}), await preview(design)];
    for (const pdf of [plain, designed]) {
      expect([pdf.status, pdf.headers["content-type"]]).toEqual([200, "application/pdf"]);
      expect(pdf.body.subarray(0, 5).toString()).toBe("%PDF-");
    }
    expect(designed.body.equals(plain.body)).toBe(false);
    expect(await Promise.all([stored(), shop().db.collection("invoices").countDocuments()])).toEqual(before);
    expect(await shop().db.collection("counters").find().toArray()).toEqual(counters);
    expect(await auditsOf(shop(), "invoice.issue")).toEqual([]);
  });

  test("When the design is not valid, then VALIDATION_ERROR", async () => {
    for (const design of [{ taxDisplay: "none" }, { logo: BROKEN_LOGO }]) {
      refused(await asAdmin(shop()).post("/template/preview", design), 400, "VALIDATION_ERROR");
    }
  });
});
