import { createHash } from "node:crypto";
import axios from "axios";
import { CLOUDINARY_ACCOUNT } from "../../../scripts/sandbox/environment.js";
import { useNeighbours } from "./harness.js";

/** The stand-in of Cloudinary refuses what Cloudinary refuses. What the driver does with it: tests/contract/storage. */
const world = useNeighbours();

const { cloud: CLOUD, apiKey, apiSecret } = CLOUDINARY_ACCOUNT;
const nowSeconds = () => Math.floor(Date.now() / 1_000);

type Params = Record<string, string>;

/** As in Cloudinary's documentation, "Generating authentication signatures". */
function signed(params: Params, secret: string = apiSecret): Params {
  const text = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]?.replaceAll("&", "%26")}`)
    .join("&");
  const signature = createHash("sha1")
    .update(text + secret)
    .digest("hex");
  return { ...params, api_key: apiKey, signature };
}

const valid = (more: Params = {}): Params => ({
  timestamp: String(nowSeconds()),
  type: "authenticated",
  public_id: "invoice/1",
  ...more,
});

const address = (call: string, cloud: string = CLOUD) =>
  `${world.sandbox.urls.cloudinary}/v1_1/${cloud}/raw/${call}`;

async function send(call: string, params: Params, file?: string, cloud?: string) {
  const form = new FormData();
  for (const [name, value] of Object.entries(params)) form.set(name, value);
  if (file !== undefined) form.set("file", new Blob([file]), "file");
  const { status, data } = await axios.post(address(call, cloud), form, { validateStatus: () => true });
  return { status, data };
}
const upload = (params: Params, file: string | undefined = "bytes") => send("upload", params, file);
const download = async (params: Params) => {
  const { status, data } = await axios.get(address("download"), { params, validateStatus: () => true });
  return { status, data };
};

describe("Cloudinary", () => {
  test("When a signed file is uploaded, then it can be downloaded and removed, each with a signature", async () => {
    const answer = await upload(signed(valid()));
    expect(answer).toMatchObject({
      status: 200,
      data: { public_id: "invoice/1", bytes: 5, resource_type: "raw" },
    });
    expect(await download(signed(valid()))).toEqual({ status: 200, data: "bytes" });
    expect(await send("destroy", signed(valid()))).toMatchObject({ data: { result: "ok" } });
    expect(await send("destroy", signed(valid()))).toMatchObject({ data: { result: "not found" } });
    expect((await download(signed(valid()))).status).toBe(404);
  });

  test("When the key is taken, then the file is kept or replaced as the request says", async () => {
    await upload(signed(valid()));
    const kept = await upload(signed(valid({ overwrite: "0" })), "others");
    expect(kept.data).toMatchObject({ existing: true, bytes: 5 });
    expect((await upload(signed(valid({ overwrite: "1" })), "others")).data).toMatchObject({ bytes: 6 });
    expect(world.sandbox.control.cloudinary.files()).toEqual([{ publicId: "invoice/1", bytes: 6 }]);
  });

  test.each<[string, () => Params, number]>([
    ["has no signature", () => valid(), 401],
    ["has another account's signature", () => signed(valid(), "another-secret"), 401],
    ["has another account's key", () => ({ ...signed(valid()), api_key: "1" }), 401],
    ["was changed after it was signed", () => ({ ...signed(valid()), public_id: "invoice/2" }), 401],
    [
      "smuggles a parameter in a value",
      () => ({ ...signed(valid({ public_id: "a&type=upload" })), public_id: "a" }),
      401,
    ],
    ["was signed over an hour ago", () => signed(valid({ timestamp: String(nowSeconds() - 3_700) })), 400],
    ["has no timestamp", () => signed({ public_id: "invoice/1" }), 400],
    ["names no file", () => signed({ timestamp: String(nowSeconds()) }), 400],
  ])("When a request %s, then it is refused and nothing is stored", async (_what, params, status) => {
    for (const call of [upload, download]) {
      const answer = await call(params());
      expect([answer.status, typeof answer.data.error.message]).toEqual([status, "string"]);
    }
    expect((await send("destroy", params())).status).toBe(status);
    expect(world.sandbox.control.cloudinary.files()).toEqual([]);
  });

  test("When the form is unreadable, has no file or names another cloud, then it is refused", async () => {
    const { status } = await axios.post(address("upload"), "x", {
      headers: { "Content-Type": "multipart/form-data; boundary=y" },
      validateStatus: () => true,
    });
    expect(status).toBe(400);
    expect((await send("upload", signed(valid()))).status).toBe(400);
    expect((await send("upload", signed(valid()), "bytes", "another-cloud")).status).toBe(404);
  });
});
