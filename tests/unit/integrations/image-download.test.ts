import { config } from "../../../config/env.config.js";
import { downloadImage } from "../../../services/integrations/image-download.js";
import { type Answerer, closeStubs, startStub } from "./stub-server.js";

// The configuration is frozen; this copy can be that of production.
jest.mock("../../../config/env.config.js", () => {
  const actual = jest.requireActual<typeof import("../../../config/env.config.js")>(
    "../../../config/env.config.js",
  );
  return { ...actual, config: { ...actual.config } };
});

const IMAGE = Buffer.from("89504e470d0a1a0a", "hex");
const LIMIT = 1_000;

const image =
  (bytes: Buffer): Answerer =>
  (_request, response) =>
    void response.writeHead(200, { "Content-Type": "image/png" }).end(bytes);

/** Sends one byte at a time, without end. */
const endless: Answerer = (_request, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write("x"), 10);
  response.on("close", () => clearInterval(timer));
};

afterEach(closeStubs);

describe("downloading an image", () => {
  it("When the address answers, then its bytes are returned unchanged", async () => {
    const { url } = await startStub(image(IMAGE));
    expect(await downloadImage(`${url}/logo.png`, LIMIT)).toEqual(IMAGE);
  });

  it("When the image has the most bytes that are allowed, then it is downloaded; with one more, it is refused", async () => {
    const stub = await startStub(image(Buffer.alloc(LIMIT)));
    expect(await downloadImage(stub.url, LIMIT)).toHaveLength(LIMIT);
    stub.answer = image(Buffer.alloc(LIMIT + 1));
    await expect(downloadImage(stub.url, LIMIT)).rejects.toThrow("maxContentLength");
  });

  it("When it redirects, then the other address is not asked: it was not checked", async () => {
    const { url, requests } = await startStub(({ path }, response) => {
      if (path === "/inside") response.writeHead(200).end(IMAGE);
      else response.writeHead(302, { Location: "/inside" }).end();
    });
    await expect(downloadImage(`${url}/logo.png`, LIMIT)).rejects.toThrow("302");
    expect(requests.map(({ path }) => path)).toEqual(["/logo.png"]);
  });

  it("When it answers no success, then that is an error", async () => {
    const { url } = await startStub((_request, response) => void response.writeHead(404).end(IMAGE));
    await expect(downloadImage(url, LIMIT)).rejects.toThrow("404");
  });

  it("When the bytes do not end within five seconds, then the download is given up", async () => {
    const timeout = jest.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      const deadline = new AbortController();
      setTimeout(() => deadline.abort(), ms / 100);
      return deadline.signal;
    });
    const { url } = await startStub(endless);
    await expect(downloadImage(url, LIMIT * LIMIT)).rejects.toThrow("canceled");
    expect(timeout).toHaveBeenCalledWith(5_000);
  });

  it("When the service runs in production, then nothing is downloaded without https", async () => {
    const { url, requests } = await startStub(image(IMAGE));
    const { env } = config;
    Object.assign(config, { env: "production" });
    try {
      await expect(downloadImage(url, LIMIT)).rejects.toThrow("only downloaded over https");
    } finally {
      Object.assign(config, { env });
    }
    expect(requests).toHaveLength(0);
  });
});
