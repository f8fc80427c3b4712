import { logoProblem, readImageFacts } from "../../../services/platform/pdf/logo.js";

const png = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(64);
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

/** An APP0 segment of four bytes, then a progressive frame. */
const jpeg = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(40);
  Buffer.from("ffd8ffe000040000ffc2001108", "hex").copy(bytes);
  bytes.writeUInt16BE(height, 13);
  bytes.writeUInt16BE(width, 15);
  return bytes;
};

describe("a logo", () => {
  it("When it is a PNG or a JPEG, then its bytes say so, and its size", () => {
    expect(readImageFacts(png(300, 100))).toEqual({ contentType: "image/png", width: 300, height: 100 });
    expect(readImageFacts(jpeg(300, 100))).toEqual({ contentType: "image/jpeg", width: 300, height: 100 });
  });

  it.each([
    ["text", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'></svg>")],
    ["nothing", Buffer.alloc(0)],
    ["a GIF", Buffer.from("GIF89a".padEnd(64, "x"))],
    ["the beginning of a PNG", png(3, 3).subarray(0, 20)],
    ["a JPEG without a frame", Buffer.from("ffd8ffe000040000", "hex")],
  ])("When it is %s, then it is refused", (_what, bytes) => {
    expect(logoProblem(bytes)).toBe("is neither a PNG nor a JPEG image");
  });

  it("When it has a megabyte, then it is accepted; one byte more, or a picture that fills the memory, is refused", () => {
    const largest = Buffer.concat([png(10, 10), Buffer.alloc(1_048_576 - 64)]);
    expect(logoProblem(largest)).toBeNull();
    expect(logoProblem(Buffer.concat([largest, Buffer.alloc(1)]))).toContain("more than 1048576 bytes");
    expect(logoProblem(png(4_001, 10))).toContain("at most 4000 pixels");
    expect(logoProblem(png(10, 0))).toContain("pixels");
  });
});
