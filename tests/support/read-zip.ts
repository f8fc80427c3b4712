import { crc32 } from "node:zlib";

export interface ZipEntry {
  name: string;
  bytes: Buffer;
}

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;

function expectSignature(zip: Buffer, at: number, signature: number): void {
  if (zip.readUInt32LE(at) !== signature) throw new Error(`no ZIP record at ${at}`);
}

/** Reads an archive of stored entries by its central directory, as unpackers do, and checks every checksum. */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.length - 22;
  expectSignature(zip, end, END_SIGNATURE);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    expectSignature(zip, at, CENTRAL_SIGNATURE);
    const [method, size, nameLength] = [10, 24, 28].map((offset) =>
      offset === 24 ? zip.readUInt32LE(at + offset) : zip.readUInt16LE(at + offset),
    ) as [number, number, number];
    if (method !== 0) throw new Error("an entry is compressed");
    const local = zip.readUInt32LE(at + 42);
    expectSignature(zip, local, LOCAL_SIGNATURE);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    if (crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`${name} has a wrong checksum`);
    entries.push({ name, bytes });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}
