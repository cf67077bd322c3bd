// Bundles the page into ../static. Every byte depends on the sources and the lock file alone, so
// two builds are the same; the first line of each bundle names the hash of what it was made from.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function sourcesHash() {
  const hash = createHash("sha256");
  const names = filesIn(here).map((path) => relative(here, path).split(sep).join("/"));
  for (const name of names.sort()) {
    hash.update(name).update("\0").update(readFileSync(join(here, name))).update("\0");
  }
  return hash.digest("hex");
}

function packagesIn(inputs) {
  const found = new Set();
  for (const path of Object.keys(inputs)) {
    const match = path.match(/^node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)\//);
    if (match) found.add(path.slice(0, path.indexOf(match[1], path.lastIndexOf("node_modules/")) + match[1].length));
  }
  return [...found].sort();
}

function noticeOf(folder) {
  const about = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
  const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e([-.].*)?$/i.test(name));
  const text = file
    ? readFileSync(join(here, folder, file), "utf8").trim()
    : `Licence: ${about.license}. The package carries no licence text.`;
  return `${about.name} ${about.version}\n\n${text}`;
}

const banner = `/* sources sha256:${sourcesHash()} */`;
mkdirSync(out, { recursive: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.jsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16.4"],
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: banner, css: banner },
  legalComments: "none",
  charset: "utf8",
  metafile: true,
});
copyFileSync(join(here, "index.html"), join(out, "index.html"));
const notices = packagesIn(result.metafile.inputs).map(noticeOf);
const inlined = join(here, "notices.txt");
if (existsSync(inlined)) notices.push(readFileSync(inlined, "utf8").trim());
const rule = `\n\n${"-".repeat(72)}\n\n`;
const head = "page.js and page.css contain the packages below, under their own licences.";
writeFileSync(join(out, "LICENSES.txt"), [head, ...notices].join(rule) + "\n");
