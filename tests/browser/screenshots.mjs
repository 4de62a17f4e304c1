// node tests/browser/screenshots.mjs FOLDER [page …]: every page at three widths and in both languages.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { baseUrl, chooseLanguage, firstMeter, launch, pages, settled, signIn } from "./portal.mjs";

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node tests/browser/screenshots.mjs FOLDER [page ...]");
  process.exit(2);
}
const widths = { 1440: 900, 1024: 768, 390: 844 };
const languages = (process.env.LANGUAGES ?? "en,id").split(",");
mkdirSync(folder, { recursive: true });

const browser = await launch();
const context = await browser.newContext({ reducedMotion: "reduce", locale: "en-GB" });
const page = await context.newPage();

async function shoot(name, path, language) {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  for (const [width, height] of Object.entries(widths)) {
    await page.setViewportSize({ width: Number(width), height });
    await page.goto(baseUrl + path);
    await settled(page);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}-${width}-${language}.png`), fullPage: true });
  }
  process.stdout.write(`${name} (${language})\n`);
}

await shoot("login", "/login", "en");
await signIn(page);
for (const language of languages) {
  await page.goto(`${baseUrl}/login/profile`);
  await chooseLanguage(page, language);
  for (const [name, path] of Object.entries(pages)) await shoot(name, path, language);
  const meter = await firstMeter(page);
  if (meter) await shoot("power_monitoring", meter, language);
  await shoot("not_found", "/login/nothing", language);
  await shoot("wall", "/login/summary?wall=1", language);
}
await page.goto(`${baseUrl}/login/profile`);
await chooseLanguage(page, "en");
await browser.close();
