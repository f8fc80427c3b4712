import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** A real browser for end-to-end tests: the Chromium of the machine, because playwright-core brings none. */

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A busy machine needs a while to start it. */
const LAUNCH_WITHIN_MS = 60_000;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program named by `CHROMIUM_PATH`, or the first on the `PATH`; null when there is none. */
export function findBrowser(): string | null {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

/** Chromium's own sandbox does not run as root, as build machines do; it shows pages of this repository only. */
export const launchBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: LAUNCH_WITHIN_MS });

/**
 * Tests in a browser, which starts before them and is closed after them. On a machine without one, a todo says so in
 * the summary: nothing passes that was not tested.
 */
export function describeInBrowser(name: string, defineTests: (browser: () => Browser) => void): void {
  const executable = findBrowser();
  if (executable === null) {
    test.todo(`${name}: NOT TESTED, this machine has no Chromium (apt-get install chromium)`);
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchBrowser(executable);
    }, LAUNCH_WITHIN_MS);
    afterAll(() => browser?.close());
    defineTests(() => {
      if (!browser) throw new Error("the browser runs only during the tests");
      return browser;
    });
  });
}
