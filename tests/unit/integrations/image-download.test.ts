import dns from "node:dns/promises";
import { config } from "../../../config/env.config.js";
import { downloadImage } from "../../../services/integrations/image-download.js";
import { isPublicAddress } from "../../../services/integrations/public-addresses.js";
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

  describe("in production", () => {
    const { env } = config;
    beforeEach(() => Object.assign(config, { env: "production" }));
    afterEach(() => Object.assign(config, { env }));

    it("When the address is not https, then nothing is downloaded", async () => {
      const { url, requests } = await startStub(image(IMAGE));
      await expect(downloadImage(url, LIMIT)).rejects.toThrow("only downloaded over https");
      expect(requests).toHaveLength(0);
    });

    it.each([
      ...["https://127.0.0.1/", "https://10.1.2.3/", "https://172.31.0.1/", "https://192.168.1.1/"],
      ...["https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/"],
      // Decimal, octal, hexadecimal and short spellings.
      ...["https://2130706433/", "https://0177.0.0.1/", "https://0x7f.1/", "https://127.1/"],
      ...["https://[::1]/", "https://[::]/", "https://[::ffff:169.254.169.254]/", "https://[fd00::1]/"],
      ...["https://[fe80::1]/", "https://[64:ff9b::a9fe:a9fe]/"],
      // A name of this machine.
      "https://localhost/",
    ])("When the address is %s, then it is refused as not public", async (address) => {
      await expect(downloadImage(address, LIMIT)).rejects.toThrow("is not a public address");
    });

    it.each([
      "file:///etc/passwd",
      "data:image/png;base64,AAAA",
      "gopher://example.com/",
      "ftp://example.com/",
    ])("When the address is %s, then it is refused", async (address) => {
      await expect(downloadImage(address, LIMIT)).rejects.toThrow("only downloaded over https");
    });

    it("When a name has a public and an inside address, then it is refused: the next look-up could give the other", async () => {
      const addresses = [
        { address: "93.184.216.34", family: 4 },
        { address: "10.0.0.1", family: 4 },
      ];
      jest.spyOn(dns, "lookup").mockResolvedValue(addresses as never);
      await expect(downloadImage("https://cdn.example.com/logo.png", LIMIT)).rejects.toThrow(
        "cdn.example.com is not a public address",
      );
    });
  });

  it.each(["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])(
    "When an address is %s, then it is public",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});
