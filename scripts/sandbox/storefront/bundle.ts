import { join } from "node:path";
import { build } from "esbuild";

/** The pages as one script and one style sheet, which takes a tenth of a second: nothing has to be built beforehand. */
export async function bundle(folder: string): Promise<{ script: string; styles: string }> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.tsx"), join(folder, "styles.css")],
    outdir: "assets",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: "inline",
  });
  const textOf = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  return { script: textOf(".js"), styles: textOf(".css") };
}
