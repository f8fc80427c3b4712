import { Piscina } from "piscina";
import { renderPdf } from "../../../services/platform/pdf/pdf.service.js";
import { OverloadedError } from "../../../utils/errors.js";
import { aPrintedDocument } from "../../support/pdf/printed-documents.js";

/** As many as wait at once, with the one that is being rendered. */
const MAX_PENDING = 50;
const document = aPrintedDocument();

/** A worker that renders when the test says so, and drops a document whose caller has given up. */
function holdWorker() {
  const held: { finish(bytes: Uint8Array): void; fail(error: Error): void }[] = [];
  const run = jest.spyOn(Piscina.prototype, "run").mockImplementation(
    (_document: unknown, { signal }: { signal?: unknown } = {}) =>
      new Promise((finish, fail) => {
        held.push({ finish, fail });
        if (signal instanceof AbortSignal) signal.addEventListener("abort", () => fail(new Error("aborted")));
      }),
  );
  return { held, run };
}

describe("the queue of documents to render", () => {
  it("When as many documents wait as may, then the next one is refused, and accepted again once one is done", async () => {
    const { held, run } = holdWorker();
    const waiting = Array.from({ length: MAX_PENDING }, () => renderPdf(document));
    await expect(renderPdf(document)).rejects.toBeInstanceOf(OverloadedError);
    expect(run).toHaveBeenCalledTimes(MAX_PENDING);

    held[0]?.finish(Buffer.from("%PDF"));
    expect((await waiting[0])?.toString()).toBe("%PDF");
    const next = renderPdf(document);
    expect(run).toHaveBeenCalledTimes(MAX_PENDING + 1);
    for (const { finish } of held) finish(Buffer.from("%PDF"));
    await Promise.all([...waiting, next]);
  });

  it("When a document waits and renders for 15 seconds, then it is given up as overload, and leaves its place", async () => {
    const { held } = holdWorker();
    const deadlines: AbortController[] = [];
    const timeout = jest.spyOn(AbortSignal, "timeout").mockImplementation(() => {
      const deadline = new AbortController();
      deadlines.push(deadline);
      return deadline.signal;
    });
    const waiting = Array.from({ length: MAX_PENDING }, () => renderPdf(document));
    expect(timeout).toHaveBeenCalledWith(15_000);

    deadlines[0]?.abort();
    await expect(waiting[0]).rejects.toBeInstanceOf(OverloadedError);
    const next = renderPdf(document);
    for (const { finish } of held) finish(Buffer.from("%PDF"));
    await expect(next).resolves.toBeInstanceOf(Buffer);
    await Promise.all(waiting.slice(1));
  });

  it("When rendering fails, then the caller gets the error itself, and others go on", async () => {
    const { held } = holdWorker();
    const [failing, other] = [renderPdf(document), renderPdf(document)];
    held[0]?.fail(new Error("a glyph is missing"));
    await expect(failing).rejects.toThrow("a glyph is missing");
    held[1]?.finish(Buffer.from("%PDF"));
    await expect(other).resolves.toBeInstanceOf(Buffer);
  });
});
