// What people have in hand stays: their place, their selection, what they typed, what they copied.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, baseUrl, chooseLanguage, launch, needsBroker, openPage, publish, reading, settled, signIn } from "./portal.mjs";

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

/** Makes the page ask for news, as when it comes into sight, twice: the first answer is shown by the second. */
async function renewed(page, url) {
  for (let times = 0; times < 2; times++) {
    await Promise.all([page.waitForResponse((response) => response.url().includes(url)), page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))]);
  }
}

for (const [path, url, control] of [["/login/alerts", "/login/alerts/json?page", "#list tbody button"], ["/login/utilities", "/login/utilities/json", "#machines tbody button"], ["/login/devices", "/login/devices/json?page", "#list tbody button"]]) {
  test(`${path} renews itself without taking the keyboard, the selection or a pressed mouse`, needsBroker, async (t) => {
    publish("silaware/temphumid", { id: address(), temperature: 98, humidity: 50 });
    const { page, problems } = await open(t, path);
    const button = page.locator(control).first();
    await button.waitFor({ timeout: 20_000 });
    const held = await button.elementHandle();
    await held.focus();
    const words = await page.evaluate(() => {
      getSelection().selectAllChildren(document.querySelector("tbody td"));
      return getSelection().toString();
    });
    await renewed(page, url);
    assert.ok(await held.evaluate((node) => document.activeElement === node), "the keyboard");
    assert.equal(await page.evaluate(() => getSelection().toString()), words);
    const box = await held.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await renewed(page, url);
    await page.mouse.up();
    await page.waitForSelector("dialog[open]");
    assert.deepEqual(problems, []);
  });
}

test("who looks at the last page of a list that becomes shorter is led to what is left", async (t) => {
  const { page, problems } = await open(t);
  let total = 21;
  const alert = (id) => ({ id, kind: "temperature", device: null, message: "", value: 31, limit: 30, raised_at: new Date().toISOString(), state: "raised" });
  await page.route(/alerts\/json\?.*per_page=20/, (route) => {
    const wanted = Number(new URL(route.request().url()).searchParams.get("page"));
    const ids = Array.from({ length: total }, (_, i) => i + 1).slice((wanted - 1) * 20, wanted * 20);
    return route.fulfill({ json: { items: ids.map(alert), page: wanted, per_page: 20, total, pages: Math.ceil(total / 20) } });
  });
  await page.goto(`${baseUrl}/login/alerts?state=raised&page=2`);
  const shows = (count) => page.waitForFunction((wanted) => document.querySelectorAll("#list tbody tr:not([aria-hidden])").length === wanted, count);
  await shows(1);
  total = 5;
  await renewed(page, "/login/alerts/json?");
  await shows(5);
  assert.deepEqual(problems, []);
});

test("after an alert is acknowledged, the keyboard is at the next one", needsBroker, async (t) => {
  for (let i = 0; i < 2; i++) publish("silaware/temphumid", { id: address(), temperature: 97, humidity: 50 });
  const { page, problems } = await open(t, "/login/alerts?state=raised");
  const buttons = page.locator("#list tbody button");
  await buttons.nth(1).waitFor({ timeout: 20_000 });
  const waiting = page.locator(".rail [data-alert-count]");
  await waiting.filter({ hasText: /\d/ }).waitFor();
  const count = Number(await waiting.textContent());
  const id = await page.textContent("#list tbody tr:first-child td:nth-child(3)");
  await buttons.first().press("Enter");
  assert.ok((await page.textContent("dialog")).includes(id.trim()));
  await page.click("dialog [type=submit]");
  await page.locator(".toast.ok").waitFor();
  await page.waitForFunction((text) => [...document.querySelectorAll("[data-alert-count]")].every((place) => place.textContent === text), String(count - 1));
  await page.waitForFunction(() => document.activeElement.matches("#list tbody button"));
  assert.deepEqual(problems, []);
});

test("an ended session takes nothing that is typed in a dialog", async (t) => {
  const { page } = await open(t, "/login/devices", { expected: [/40[13]/] });
  const mac = address();
  await page.click("#add");
  await page.fill('dialog [name="mac_address"]', mac);
  await page.context().clearCookies();
  await page.click("dialog [type=submit]");
  const link = page.locator('dialog .notice a[href="/login"]');
  await link.waitFor();
  const [other] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await other.waitForSelector("#username");
  await signIn(other);
  assert.equal(await page.inputValue('dialog [name="mac_address"]'), mac);
  await page.click("dialog [type=submit]");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.fill("#search", mac);
  await page.locator("#list tbody tr", { hasText: mac }).first().waitFor();
});

test("who comes to the sign-in page because the session has ended is told so", async (t) => {
  const { page } = await open(t, "/login/devices");
  const [{ name, domain, path }] = (await page.context().cookies()).filter((cookie) => cookie.name === "silaware_session");
  await page.context().addCookies([{ name, domain, path, value: "ended" }]);
  await page.reload();
  await page.waitForURL(/\/login\?next=/);
  assert.match(await page.textContent(".notice"), /session has ended/);
});

test("another language is asked about before it takes what is not saved", async (t) => {
  const { page, problems } = await open(t, "/login/settings");
  await page.fill('[name="max_temperature"]', "29.5");
  await page.click('[data-language="id"]');
  await page.locator("dialog", { hasText: "not saved" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.equal(await page.inputValue('[name="max_temperature"]'), "29.5");
  assert.deepEqual(problems, []);
});

test("a password that the browser filled in by itself is nothing that could get lost, a new one is", async (t) => {
  const { page, problems } = await open(t, "/login/profile");
  await page.fill('[name="current"]', "from the browser's own store");
  await chooseLanguage(page, "id");
  await chooseLanguage(page, "en");
  await page.fill('[name="new"]', "typed by hand");
  await page.click('.languages [data-language="id"]');
  await page.locator("dialog", { hasText: "not saved" }).waitFor();
  assert.deepEqual(problems, []);
});

test("after mistakes the first of them on the page has the keyboard", async (t) => {
  const { page } = await open(t, "/login/accounts", { expected: [/400/] });
  await page.click("#add");
  await page.click("dialog [type=submit]");
  await page.waitForSelector('dialog [aria-invalid="true"]');
  assert.equal(await page.evaluate(() => document.activeElement.name), "username");
});

test("going back leads to where one was", needsBroker, async (t) => {
  for (let i = 0; i < 6; i++) publish("silaware/power", reading(address(), 300 + i));
  const { page, problems } = await open(t, "/login/summary", { viewport: { width: 390, height: 700 } });
  const link = page.locator("#meters .meter h3 a").last();
  await link.scrollIntoViewIfNeeded();
  const top = await page.evaluate(() => scrollY);
  assert.ok(top > 1000);
  await link.click();
  await page.waitForURL(/power_monitoring/);
  await settled(page);
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.goBack();
  await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 5, top);
  assert.deepEqual(problems, []);
});

test("on a phone the keyboard goes into the menu, stays in it, and comes back from it", async (t) => {
  const { page } = await open(t, "/login/alerts", { viewport: { width: 390, height: 844 } });
  await page.focus("[data-nav-open]");
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#rail nav a")));
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.ok(!(await page.evaluate(() => document.activeElement.closest("main, .tabbar"))));
  await page.focus("#rail nav a");
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(() => document.activeElement.matches("[data-nav-open]")));
  await page.keyboard.press("Enter");
  await page.setViewportSize({ width: 1300, height: 900 });
  await page.waitForFunction(() => !document.querySelector("#main").inert);
});

test("how long ago and how long is said in words that mean nothing else", async (t) => {
  const { page } = await open(t);
  const said = () => page.evaluate(async () => {
    const imports = performance.getEntriesByType("resource").map(({ name }) => name).find((name) => /js\/format[.-]/.test(name));
    const format = await import(imports);
    return [format.relative(Date.now() - 86_400_000), format.relative(Date.now() - 7_200_000), ...[22, 320, 1695, 4320].map((minutes) => format.duration(minutes * 60))];
  });
  assert.deepEqual(await said(), ["1 day ago", "2 hr ago", "22 mins", "5 hrs 20 mins", "1 day 4 hrs", "3 days"]);
  await chooseLanguage(page, "id");
  assert.deepEqual(await said(), ["1 hari lalu", "2 jam lalu", "22 menit", "5 jam 20 menit", "1 hari 4 jam", "3 hari"]);
  await chooseLanguage(page, "en");
});
