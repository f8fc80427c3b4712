import { done, refused, unknownId, useReturns } from "./return-world.js";

/** What staff do about returns: notes, the audit log, and who may do what. */
const world = useReturns();
const { shop, get, step, deliver, requested, audits, inspect } = world;

test("When a note is added, then it is kept with its author and audited, and the customer does not see it", async () => {
  const sale = await deliver();
  const { id } = await requested(sale, [0, 1]);
  const noted = done(await step(id, "notes", { note: "Called: the jar leaks" }, "support"));
  const note = { note: "Called: the jar leaks", by: expect.any(String), at: expect.any(String) };
  expect(noted.adminNotes).toMatchObject([note]);
  const again = done(await step(id, "notes", { note: "Photos promised" }));
  expect(again).toMatchObject({ status: "requested", adminNotes: [note, { note: "Photos promised" }] });
  expect(await audits(id)).toMatchObject([
    { action: "return.note", resourceType: "return", actorId: noted.adminNotes[0].by },
    { action: "return.note", after: { note: "Photos promised" } },
  ]);
  const seen = await sale.buyer.get(`/api/returns/${id}`);
  expect(seen.text).not.toContain("jar leaks");
  expect(done(seen)).not.toHaveProperty("adminNotes");
  refused(await step(unknownId(), "notes", { note: "x" }), 404, "RETURN_NOT_FOUND");
  for (const body of [{}, { note: "" }, { note: "x".repeat(2_001) }, { note: "x", by: "me" }])
    refused(await step(id, "notes", body), 400, "VALIDATION_ERROR");
});

test("When each step is taken, then the audit log has one row of it, with its actor and its statuses", async () => {
  const sale = await deliver();
  const view = await requested(sale, [0, 1]);
  done(await step(view.id, "approve", { notes: "Photos seen" }, "support"));
  done(await step(view.id, "schedule-pickup", {}, "support"));
  done(await step(view.id, "received", {}, "fulfilment"));
  done(await step(view.id, "received", {}, "fulfilment"));
  done(await inspect(view, [[1, 1]]));
  done(await step(view.id, "refund", {}, "finance"));
  done(await step(view.id, "refund", {}, "finance"));
  const written = await audits(view.id);
  expect(written.map(({ action }) => action)).toEqual([
    ...["return.approve", "return.schedule-pickup", "return.receive", "return.inspect", "return.refund"],
  ]);
  expect(written).toMatchObject([
    { before: { status: "requested" }, after: { status: "approved" } },
    { after: { pickup: { pickupId: expect.any(String) } } },
    { before: { status: "approved" }, after: { status: "received" } },
    { after: { items: [{ quantityPassed: 1 }] } },
    { before: { status: "received" }, after: { status: "completed" } },
  ]);
  expect(new Set(written.map(({ actorId }) => actorId)).size).toBe(4);
  for (const row of written) expect(row).toMatchObject({ actorType: "admin", requestId: expect.any(String) });
});

describe("Permissions", () => {
  const ROLES = ["admin", "finance", "support", "fulfilment", "viewer"] as const;
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    approve: ["admin", "finance", "support"],
    reject: ["admin", "finance", "support"],
    "schedule-pickup": ["admin", "finance", "support"],
    notes: ["admin", "finance", "support"],
    received: ["admin", "fulfilment"],
    inspect: ["admin", "fulfilment"],
    refund: ["admin", "finance"],
  };
  const BODIES: Readonly<Record<string, object>> = {
    ...{ reject: { reason: "No damage" }, notes: { note: "Called" } },
    inspect: {
      items: [{ orderItemId: unknownId(), quantityReceived: 1, quantityPassed: 1, quantityRestockable: 1 }],
    },
  };

  test("When a role has no permission for a step, then 403, before the return is looked for", async () => {
    for (const [name, allowed] of Object.entries(ALLOWED))
      for (const role of ROLES) {
        const answer = await step(unknownId(), name, BODIES[name] ?? {}, role);
        if (allowed.includes(role)) refused(answer, 404, "RETURN_NOT_FOUND");
        else refused(answer, 403, "FORBIDDEN");
      }
  });

  test("When staff of any role read, then they may; customers and guests may not", async () => {
    for (const role of ROLES)
      for (const path of ["?limit=1", "/analytics", "?status=requested"]) done(await get(path, role));
    for (const path of ["", "/analytics", `/${unknownId()}`]) {
      refused(await shop().customer("asha").get(`/api/admin/returns${path}`), 403, "FORBIDDEN");
      refused(await shop().call("get", `/api/admin/returns${path}`), 401, "UNAUTHENTICATED");
    }
  });
});
