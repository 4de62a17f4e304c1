// node npm_packages.mjs <project>: fails when node_modules is not what package-lock.json says. By version, not by
// time: a checkout or an unpacked archive makes new times.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (...path) => JSON.parse(readFileSync(join(process.argv[2], ...path), "utf8"));
try {
  for (const [folder, { version }] of Object.entries(read("package-lock.json").packages)) {
    if (folder !== "" && read(folder, "package.json").version !== version) process.exit(1);
  }
} catch {
  process.exit(1);
}
