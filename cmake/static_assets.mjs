// node static_assets.mjs <project> <output>: see static_assets.cmake. Copies, renames and compresses; nothing is
// bundled or minified.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix, relative } from "node:path";
import { gzipSync } from "node:zlib";

const [project, output] = process.argv.slice(2);
const compressible = new Set([".css", ".js", ".svg", ".json", ".webmanifest"]);

const fontAwesome = "@fortawesome/fontawesome-free";
const inter = "@fontsource-variable/inter/files";
const fromNpm = {
  "vendor/chart.js": "chart.js/dist/chart.umd.min.js",
  "vendor/tailwind.js": "@tailwindcss/browser/dist/index.global.js",
  "vendor/fontawesome/css/fontawesome.css": `${fontAwesome}/css/fontawesome.min.css`,
  "vendor/fontawesome/css/solid.css": `${fontAwesome}/css/solid.min.css`,
  "vendor/fontawesome/webfonts/fa-solid-900.woff2": `${fontAwesome}/webfonts/fa-solid-900.woff2`,
  "vendor/inter/inter-latin.woff2": `${inter}/inter-latin-wght-normal.woff2`,
  "vendor/inter/inter-latin-ext.woff2": `${inter}/inter-latin-ext-wght-normal.woff2`,
};

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function readSources() {
  const sources = new Map();
  const own = join(project, "static");
  for (const file of filesBelow(own)) sources.set(relative(own, file).split("\\").join("/"), readFileSync(file));
  for (const [name, file] of Object.entries(fromNpm)) {
    sources.set(name, readFileSync(join(project, "node_modules", file)));
  }
  const texts = join(project, "templates", "i18n");
  for (const file of readdirSync(texts).filter((name) => name.endsWith(".json"))) {
    const language = file.slice(0, -".json".length);
    const messages = JSON.stringify(JSON.parse(readFileSync(join(texts, file), "utf8")));
    sources.set(`i18n/${language}.js`,
      Buffer.from(`import { install } from "../js/i18n.js";\ninstall("${language}", ${messages});\n`));
  }
  return sources;
}

const sources = readSources();
const built = new Map();  // logical name -> { name, content, imports }
const underWay = new Set();

function resolved(from, reference) {
  const name = posix.normalize(posix.join(posix.dirname(from), reference));
  if (!sources.has(name)) throw new Error(`${from} refers to ${reference}, which does not exist`);
  return name;
}

function relativeUrl(from, to) {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

/** The content with each reference replaced by the hashed name of its target. */
function rewritten(name, content) {
  const targets = [];
  const replace = (reference) => {
    const target = resolved(name, reference);
    targets.push(target);
    return relativeUrl(name, build(target).name);
  };
  if (name.endsWith(".css")) {
    // Browsers that know variable fonts know woff2: the older formats are left out.
    const text = content.toString("utf8").replace(/,\s*url\([^)]*\.ttf["']?\)\s*format\(["']truetype["']\)/g, "");
    const css = text.replace(/url\((["']?)(?!data:|#)([^"')]+)\1\)/g, (_, quote, path) => `url("${replace(path)}")`);
    // A vendor's rules stand below our own, whatever their selectors.
    return { content: Buffer.from(name.startsWith("vendor/") ? `@layer vendor {${css}}` : css), targets };
  }
  if (name.startsWith("js/") || name.startsWith("i18n/")) {
    const js = content.toString("utf8").replace(
      /(\b(?:from|import)\s*\(?\s*)"(\.{1,2}\/[^"]+)"/g, (_, keyword, path) => `${keyword}"${replace(path)}"`);
    return { content: Buffer.from(js), targets };
  }
  return { content, targets };
}

function build(name) {
  if (built.has(name)) return built.get(name);
  if (underWay.has(name)) throw new Error(`${name} imports itself, by way of ${[...underWay].join(", ")}`);
  underWay.add(name);
  const { content, targets } = rewritten(name, sources.get(name));
  underWay.delete(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const extension = extname(name);
  const imports = new Set(targets.flatMap((target) => [...build(target).imports, target]));
  const file = { name: `${name.slice(0, -extension.length)}.${hash}${extension}`, content, imports: [...imports] };
  built.set(name, file);
  return file;
}

function write() {
  rmSync(output, { recursive: true, force: true });
  for (const { name, content } of built.values()) {
    const path = join(output, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (compressible.has(extname(name))) writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
  const modules = [...built].filter(([name]) => name.endsWith(".js"));
  const asJson = (entries) => JSON.stringify(Object.fromEntries(entries), null, 1) + "\n";
  writeFileSync(join(output, "imports.json"), asJson(modules.map(([name, file]) => [name, file.imports])));
  writeFileSync(join(output, "manifest.json"), asJson([...built].map(([name, file]) => [name, file.name])));
}

for (const name of [...sources.keys()].sort()) build(name);
write();
