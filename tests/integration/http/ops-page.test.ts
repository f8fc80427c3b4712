import request from "supertest";
import { createApp } from "../../../config/express.config.js";

const app = createApp();
const FILES = ["/ops/assets/ops.js", "/ops/assets/ops.css"];

describe("The page for operators", () => {
  test("When it is opened, then it comes without a token, and its files are there", async () => {
    const page = await request(app).get("/ops");
    expect([page.status, page.type]).toEqual([200, "text/html"]);
    for (const file of FILES) {
      expect(page.text).toContain(`"${file}"`);
      const answer = await request(app).get(file);
      expect(answer.status).toBe(200);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  test("When it is opened, then only its own script and style may run, and no other page may frame it", async () => {
    const { headers, text } = await request(app).get("/ops");
    const policy = Object.fromEntries(
      String(headers["content-security-policy"])
        .split("; ")
        .map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1).join(" ")]),
    );
    expect(policy).toMatchObject({
      ...{ "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'" },
      ...{ "frame-ancestors": "'none'", "form-action": "'none'", "base-uri": "'none'" },
    });
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
  });

  test("When a browser has it already, then the files are not sent again", async () => {
    for (const file of FILES) {
      const { headers } = await request(app).get(file);
      const again = await request(app).get(file).set("If-None-Match", String(headers.etag));
      expect(again.status).toBe(304);
    }
  });

  test("When another file is asked for, then there is none: neither the page without its policy nor the service", async () => {
    for (const path of ["index.html", "", "..%2findex.html", "%2e%2e/%2e%2e/index.js", "ops.ts"]) {
      const { status } = await request(app).get(`/ops/assets/${path}`);
      expect([path, status >= 400]).toEqual([path, true]);
    }
  });
});
