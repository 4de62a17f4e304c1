// What people have in hand stays: their place, their selection, what they typed, what they copied.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { baseUrl, launch, openPage, settled } from "./portal.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
const open = (t, path, options) => openPage(t, browser, path, options);

/** As over plain HTTP, where a page has no clipboard of its own. */
const withoutClipboard = (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));

async function pasted(page) {
  await page.evaluate(() => {
    const field = document.body.appendChild(document.createElement("textarea"));
    field.id = "pasted";
    field.focus();
  });
  await page.keyboard.press("ControlOrMeta+V");
  return page.inputValue("#pasted");
}

test("over plain HTTP too, what is copied is on the clipboard, and a copy that fails says so", async (t) => {
  const { page, problems } = await open(t);
  await withoutClipboard(page);
  await page.goto(`${baseUrl}/login/api`);
  await settled(page);
  await page.click("#list details summary");
  const command = await page.textContent("#list details[open] pre");
  await page.click("#list details[open] .code button");
  await page.locator(".toast.ok").waitFor();
  assert.equal(await pasted(page), command);
  await page.evaluate(() => { document.execCommand = () => false; });
  await page.click("#list details[open] .code button");
  await page.locator(".toast.bad").waitFor();
  assert.equal(await page.evaluate(() => getSelection().toString().trim()), command);
  assert.deepEqual(problems, []);
});
