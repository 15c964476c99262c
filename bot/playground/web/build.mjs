// Builds the page into built/, which is committed, so that nobody needs Node to run the demo. The same source gives
// the same bytes: the continuous integration builds it again and compares.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

// The library's styles hang on an id. There is one such element a message, and an id is for one element alone; this
// selects by class, and weighs as much as the id did.
const byClass = {
  name: "styles-by-class",
  setup(hooks) {
    hooks.onLoad({ filter: /slack-blocks-to-jsx[\\/]dist[\\/]style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(
        "#slack_blocks_to_jsx",
        ":is(.slack_blocks_to_jsx, #_)",
      ),
      loader: "css",
    }));
  },
};

await rm("built", { recursive: true, force: true });
await mkdir("built");
await build({
  entryPoints: { page: "source/main.tsx" },
  outdir: "built",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "eof",
  plugins: [byClass],
  logLevel: "warning",
});
await copyFile("source/index.html", "built/index.html");
