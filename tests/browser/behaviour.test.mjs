// What people do with the portal, in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, baseUrl, chooseLanguage, launch, needsBroker, openPage, pages, publish, reading, settled, signIn, unique } from "./portal.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const open = (t, path, options) => openPage(t, browser, path, options);

test("a reading shows on the summary and on the meter's page without a reload", needsBroker, async (t) => {
  const uid = address();
  publish("silaware/power", reading(uid, 1234));
  const { page, problems } = await open(t);
  await page.fill("#filter", uid);
  const card = page.locator(`[data-uid="${uid}"]`);
  await card.waitFor();
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live");
  publish("silaware/power", reading(uid, 4320));
  const sent = Date.now();
  await card.locator("strong", { hasText: "4.32" }).waitFor({ timeout: 5000 });
  t.diagnostic(`shown ${Date.now() - sent} ms after the PUBACK`);
  await page.goto(`${baseUrl}/power_monitoring?uid=${encodeURIComponent(uid)}`);
  await settled(page);
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live");
  publish("silaware/power", reading(uid, 7650));
  await page.locator('[data-gauge="power"] .value', { hasText: "7.65" }).waitFor({ timeout: 5000 });
  assert.equal(await page.textContent("#relay"), "Relay on");
  assert.deepEqual(problems, []);
});

test("the summary filters, sorts, changes its shape and remembers all of it in the address", async (t) => {
  const { page, problems } = await open(t);
  const all = await page.locator("#meters .meter").count();
  assert.ok(all > 1);
  const name = await page.textContent("#meters .meter:last-child h3");
  await page.fill("#filter", name);
  await page.waitForFunction((before) => document.querySelectorAll("#meters .meter").length < before, all);
  await page.selectOption("#sort", "location");
  await page.click('[data-layout="rows"]');
  await page.waitForSelector("#meters table");
  assert.match(page.url(), /filter=.*sort=location.*layout=rows/);
  await page.reload();
  await settled(page);
  assert.equal(await page.inputValue("#filter"), name);
  assert.ok(await page.isVisible("#meters table"));
  assert.deepEqual(problems, []);
});

test("of many meters the charts show the largest, and the others as one", needsBroker, async (t) => {
  for (let i = 0; i < 4; i++) publish("silaware/power", reading(address(), 900 + i));
  const { page, problems } = await open(t);
  const every = await page.evaluate(() => fetch("/login/summary/all_summary").then((answer) => answer.json()).then((summary) => summary.devices));
  const devices = every.filter((device) => device.in_total);
  assert.ok(devices.length > 8);
  const layersOf = (id) => page.evaluate((box) => globalThis.Chart.getChart(document.querySelector(`#${box} canvas`)).data.datasets.map(({ label, data }) => ({ label, data: [...data] })), id);
  await page.waitForSelector("#load canvas");
  for (const chart of ["week", "load"]) {
    const layers = await layersOf(chart);
    assert.equal(layers.length, 8, chart);
    assert.equal(layers[7].label, `${devices.length - 7} others`);
  }
  const week = await layersOf("week");
  for (let day = 0; day < 7; day++) {
    const all = devices.reduce((sum, device) => sum + device.daily_energy.kwh[day], 0);
    assert.ok(Math.abs(week.reduce((sum, { data }) => sum + data[day], 0) - all) < 1, `day ${day}`);
  }
  await page.goto(`${baseUrl}/login/report/energy`);
  await page.waitForSelector("#chart canvas");
  assert.match((await layersOf("chart")).at(-1).label, /others$/);
  assert.deepEqual(problems, []);
});

test("a sub-meter is marked, and left out of what the summary adds up", async (t) => {
  const { page, problems } = await open(t, "/login/devices");
  const mark = async (name, answer) => {
    await page.goto(`${baseUrl}/login/devices?search=${encodeURIComponent(name)}`);
    await page.locator("#list tbody tr", { hasText: name }).locator('button[aria-label="Edit the device"]').click();
    await page.selectOption('dialog [name="submeter"]', { label: answer });
    await page.click("dialog [type=submit]");
    await page.waitForSelector("dialog", { state: "detached" });
  };
  const weekTotal = async () => {
    await page.goto(`${baseUrl}/login/summary`);
    await settled(page);
    await page.waitForSelector("#week canvas");
    return page.evaluate(() => globalThis.Chart.getChart(document.querySelector("#week canvas")).data.datasets.flatMap(({ data }) => data).reduce((sum, kwh) => sum + kwh, 0));
  };
  const card = (name) => page.locator("#meters .meter", { hasText: name });
  const before = await weekTotal();
  assert.doesNotMatch(await card("Chiller 1").textContent(), /sub-meter/);
  await mark("Chiller 1", "Yes");
  assert.match(await page.locator("#list tbody tr", { hasText: "Chiller 1" }).textContent(), /Sub-meter/);
  assert.ok(await weekTotal() < 0.95 * before);
  assert.match(await card("Chiller 1").textContent(), /sub-meter/);
  await mark("Chiller 1", "No");
  assert.ok(Math.abs(await weekTotal() - before) < 0.02 * before);
  assert.deepEqual(problems, []);
});

test("a meter's page is headed by the name of its device", async (t) => {
  const { page, problems } = await open(t);
  const card = page.locator("#meters .meter").first();
  const name = await card.locator("h3").textContent();
  await card.locator("h3 a").click();
  await page.waitForURL(/power_monitoring\?uid=/);
  assert.equal(await page.textContent("h1"), name);
  assert.deepEqual(problems, []);
});

test("a meter that fell silent is shown as such, until it reports again", needsBroker, async (t) => {
  const uid = address();
  publish("silaware/power", reading(uid, 2500));
  const { page, problems } = await open(t);
  await page.route("**/power_monitoring/data*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), online: false } });
  });
  await page.goto(`${baseUrl}/power_monitoring?uid=${encodeURIComponent(uid)}`);
  await settled(page);
  assert.equal(await page.textContent("#presence"), "Offline");
  const colour = () => page.locator('[data-gauge="power"] .value').evaluate((value) => getComputedStyle(value).color);
  const silent = await colour();
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live");
  publish("silaware/power", reading(uid, 2600));
  await page.locator("#presence", { hasText: "Online" }).waitFor({ timeout: 5000 });
  assert.notEqual(await colour(), silent);
  assert.deepEqual(problems, []);
});

test("another month is a click away, a future one is all zeros, and neither shows this week's figures", needsBroker, async (t) => {
  const uid = address();
  publish("silaware/power", reading(uid, 777));
  const { page } = await open(t);
  const now = await page.inputValue("#month");
  const weekly = () => page.locator("#charts, .minis, [data-spark=energy_kwh] svg, #kpis .trend").locator("visible=true").count();
  assert.ok((await weekly()) > 2);
  await page.click("#month-on");
  await page.waitForFunction(() => document.body.dataset.tense === "to_come" && /^0/.test(document.querySelector('[data-total="energy_kwh"]').textContent));
  await page.waitForSelector(`[data-uid="${uid}"]`);
  assert.equal(await weekly(), 0);
  assert.equal(await page.locator("#meters .badge").locator("visible=true").count(), 0);
  const heard = page.evaluate((id) => new Promise((resolve) => {
    new EventSource("/login/live").addEventListener("reading", (event) => { if (JSON.parse(event.data).uid === id && JSON.parse(event.data).power_w === 888) setTimeout(resolve, 1000); });
  }), uid);
  publish("silaware/power", reading(uid, 888));
  await heard;
  assert.equal(await page.textContent('[data-total="power_w"] span'), "0");
  assert.doesNotMatch(await page.textContent('[data-under="power_w"]'), /online/);
  await page.click("#month-back");
  await page.click("#month-back");
  await page.waitForFunction((month) => document.body.dataset.tense === "past" && new URLSearchParams(location.search).get("month") < month, now);
  assert.equal(await weekly(), 0);
  assert.match(await page.textContent('[data-under="power_w"]'), /online/);
});

test("a meter that reports is online at once, and the meters keep the chosen order", needsBroker, async (t) => {
  const [first, second] = [address(), address()];
  publish("silaware/power", reading(first, 901_000));
  publish("silaware/power", reading(second, 900_000));
  const { page, problems } = await open(t);
  await page.route("**/all_summary*", async (route) => {
    const answer = await route.fetch();
    const summary = await answer.json();
    for (const device of summary.devices) if (device.uid === second) device.online = device.online && device.power_w > 900_000;
    await route.fulfill({ response: answer, json: summary });
  });
  await page.goto(`${baseUrl}/login/summary`);
  const badge = page.locator(`[data-uid="${second}"] .badge`);
  await badge.filter({ hasText: "Offline" }).waitFor();
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live");
  const online = await page.textContent('[data-under="power_w"]');
  publish("silaware/power", reading(second, 902_000));
  await badge.filter({ hasText: "Online" }).waitFor({ timeout: 5000 });
  await page.waitForFunction((before) => document.querySelector('[data-under="power_w"]').textContent !== before, online, { timeout: 5000 });
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForFunction(([one, other]) => {
    const order = [...document.querySelectorAll("#meters .meter")].map((card) => card.dataset.uid);
    return order.indexOf(one) < order.indexOf(other) && order.indexOf(one) >= 0;
  }, [second, first]);
  assert.deepEqual(problems, []);
});

test("a device is created, edited, found and deleted, and its problems stand beside the fields", async (t) => {
  const { page, problems } = await open(t, "/login/devices", { expected: [/status 4(00|09)/, /status of 4(00|09)/] });
  const mac = address();
  await page.click("#add");
  await page.fill('dialog [name="mac_address"]', mac);
  await page.fill('dialog [name="location"]', "<b>Test & room</b>");
  await page.fill('dialog [name="rated_power_w"]', "-5");
  await page.click("dialog [type=submit]");
  await page.waitForSelector('dialog [name="rated_power_w"][aria-invalid="true"]');
  await page.fill('dialog [name="rated_power_w"]', "5000");
  await page.click("dialog [type=submit]");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.fill("#search", mac.toLowerCase());
  const row = page.locator("#list tbody tr");
  await page.waitForFunction((text) => document.querySelectorAll("#list tbody tr").length === 1 && document.querySelector("#list tbody").textContent.includes(text), mac);
  assert.match(await row.textContent(), /<b>Test & room<\/b>/);
  await page.click("#add");
  await page.fill('dialog [name="mac_address"]', mac.replaceAll(":", "-").toLowerCase());
  await page.click("dialog [type=submit]");
  await page.waitForSelector("dialog .notice:not([hidden]), dialog .problem:not(:empty)");
  await page.keyboard.press("Escape");
  await row.locator('button[aria-label="Edit the device"]').click();
  await page.fill('dialog [name="name"]', "Renamed");
  await page.click("dialog [type=submit]");
  await page.locator("#list tbody tr", { hasText: "Renamed" }).waitFor();
  await row.locator('button[aria-label="Delete the device"]').click();
  await page.click("dialog .danger");
  await page.locator("#list .empty").waitFor();
  assert.deepEqual(problems, []);
});

test("an unregistered device is registered with one click", needsBroker, async (t) => {
  const uid = address();
  publish("silaware/temphumid", { id: uid, temperature: 22.5, humidity: 50 });
  const { page, problems } = await open(t, `/login/devices?search=${encodeURIComponent(uid)}`);
  await page.locator("#list tbody tr", { hasText: "Unregistered" }).waitFor();
  await page.click("#list tbody button");
  await page.waitForFunction(() => !document.querySelector("#list tbody").textContent.includes("Unregistered"));
  assert.deepEqual(problems, []);
});

test("an account is created and deleted, and a viewer sees no administration", async (t) => {
  const { page } = await open(t, "/login/accounts");
  const name = `viewer${unique()}`;
  await page.click("#add");
  await page.fill('dialog [name="username"]', name);
  await page.fill('dialog [name="email"]', `${name}@example.org`);
  await page.fill('dialog [name="password"]', "long enough 1");
  await page.click("dialog [type=submit]");
  await page.waitForSelector("dialog", { state: "detached" });
  const context = await browser.newContext({ locale: "en-GB" });
  t.after(() => context.close());
  const other = await context.newPage();
  await signIn(other, { name, secret: "long enough 1" });
  await settled(other);
  assert.equal(await other.locator('a[href="/login/accounts"]').count(), 0);
  assert.equal((await other.goto(`${baseUrl}/login/accounts`)).status(), 403);
  await other.goto(`${baseUrl}/login/devices`);
  await settled(other);
  assert.equal(await other.locator("#add").count(), 0);
  await page.fill("#search", name);
  await page.waitForFunction((text) => document.querySelectorAll("#list tbody tr").length === 1 && document.querySelector("#list tbody").textContent.includes(text), name);
  await page.locator('#list button[aria-label="Delete the account"]').click();
  await page.click("dialog .danger");
  await page.locator("#list .empty").waitFor();
});

test("text from devices and payloads is text, never markup", needsBroker, async (t) => {
  const uid = `<img src=x onerror=alert(1)>${unique()}`;
  publish("silaware/power", { ...reading(uid, 500), relay_state: "<svg onload=alert(1)>" });
  publish("silaware/power", `{"uid": "<script>alert(1)</script>${unique()}`);
  const { page, problems } = await open(t);
  page.on("dialog", () => assert.fail("a script of a payload ran"));
  await page.fill("#filter", uid);
  await page.locator("#meters .meter", { hasText: uid }).waitFor();
  await page.goto(`${baseUrl}/power_monitoring?uid=${encodeURIComponent(uid)}`);
  await settled(page);
  assert.equal(await page.textContent("h1"), uid);
  await page.goto(`${baseUrl}/login/quarantine`);
  await settled(page);
  assert.match(await page.textContent("#list"), /<script>alert\(1\)/);
  await page.goto(`${baseUrl}/login/devices?search=${encodeURIComponent(uid)}`);
  await settled(page);
  assert.equal(await page.locator("#list img, #list script").count(), 0);
  assert.deepEqual(problems, []);
});

test("text of every field of a device is text on every page", needsBroker, async (t) => {
  const uid = address();
  const evil = `'"><img src=x onerror=alert(1)>${unique()}`;
  const { page, problems } = await open(t, "/login/devices");
  page.on("dialog", () => assert.fail("a script of a field ran"));
  const status = await page.evaluate(async ({ uid, evil }) => {
    const csrf = document.querySelector('meta[name="csrf-token"]').content;
    const device = { mac_address: uid, mcu_type: evil, location: evil, name: evil, group: evil };
    const answer = await fetch("/login/devices", {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(device),
    });
    return answer.status;
  }, { uid, evil });
  assert.equal(status, 201);
  const now = Math.floor(Date.now() / 1000);
  publish("silaware/power", reading(uid, 500));
  publish("silaware/temphumid", { id: uid, temperature: 21, humidity: 50 });
  publish("silaware/temphumid", { id: evil.slice(0, 60), temperature: 21, humidity: 50 });
  publish("silaware/utils", { id: evil.slice(0, 60), start: now - 60, stop: now - 30, cycle_count: 1, total_run: 30 });
  const reflecting = ["/login/devices", "/login/report", "/login/audit", "/login/alerts"].map((path) => `${path}?search=${encodeURIComponent(evil)}`);
  for (const path of [...Object.values(pages), `/power_monitoring?uid=${uid}`, ...reflecting]) {
    await page.goto(baseUrl + path);
    await settled(page);
    assert.equal(await page.locator('img[src="x"]').count(), 0, path);
  }
  await page.goto(`${baseUrl}/login/devices?search=${uid}`);
  await page.locator("#list tbody tr", { hasText: evil }).waitFor();
  assert.deepEqual(problems, []);
});

test("the language changes, stays, and numbers follow it", async (t) => {
  const { page, problems } = await open(t);
  await chooseLanguage(page, "id");
  assert.equal(await page.textContent("h1"), "Ringkasan");
  await page.goto(`${baseUrl}/login/devices`);
  await settled(page);
  assert.equal(await page.textContent("h1"), "Perangkat");
  await chooseLanguage(page, "en");
  assert.equal(await page.textContent("h1"), "Devices");
  assert.deepEqual(problems, []);
});

test("the chosen language is the account's: another browser shows it too", async (t) => {
  const { page } = await open(t);
  await chooseLanguage(page, "id");
  const { page: other } = await open(t, "/login/alerts");
  assert.equal(await other.getAttribute("html", "lang"), "id");
  assert.equal(await other.textContent("h1"), "Peringatan");
  await chooseLanguage(other, "en");
});

test("a form that is sent twice counts once", async (t) => {
  const { page, problems } = await open(t, "/login/devices");
  const mac = address();
  const sent = [];
  page.on("request", (request) => { if (request.method() === "POST") sent.push(request.url()); });
  await page.click("#add");
  await page.fill('dialog [name="mac_address"]', mac);
  await page.fill('dialog [name="location"]', "Twice");
  await page.$eval("dialog form", (form) => { form.requestSubmit(); form.requestSubmit(); });
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(sent.length, 1);
  assert.deepEqual(problems, []);
});

test("numbers are read as the language writes them, and a slip of the mouse closes no dialog", async (t) => {
  const { page, problems } = await open(t, "/login/devices");
  const register = async (power) => {
    const mac = address();
    await page.click("#add");
    await page.fill('dialog [name="mac_address"]', mac);
    await page.fill('dialog [name="rated_power_w"]', power);
    const box = await page.locator('dialog [name="rated_power_w"]').boundingBox();
    await page.mouse.move(box.x + 10, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(2, 2, { steps: 3 });
    await page.mouse.up();
    await page.click('dialog [type="submit"]');
    await page.waitForSelector("dialog", { state: "detached" });
    return page.evaluate((id) => fetch(`/login/devices/json?search=${id}`).then((answer) => answer.json()).then(({ items }) => items[0].rated_power_w), mac);
  };
  assert.equal(await register("10,000"), 10_000);
  assert.equal(await register("2.5"), 2.5);
  await chooseLanguage(page, "id");
  assert.equal(await register("10.000"), 10_000);
  assert.equal(await register("1.250.000,5"), 1_250_000.5);
  assert.equal(await register("2,5"), 2.5);
  await chooseLanguage(page, "en");
  assert.deepEqual(problems, []);
});

test("an emptied limit is refused, and a file with mistakes says which lines", async (t) => {
  const { page } = await open(t, "/login/settings", { expected: [/400/, /settings\/json/, /devices\/csv/] });
  await page.waitForSelector('#form [name="utils_min_duration"]');
  await page.fill('#form [name="utils_min_duration"]', "");
  await page.click("#save");
  await page.waitForSelector('#form [name="utils_min_duration"][aria-invalid="true"]');
  await page.goto(`${baseUrl}/login/devices`);
  await page.setInputFiles("#import", { name: "devices.csv", mimeType: "text/csv", buffer: Buffer.from("mac_address,rated_power_w\nok-1,-5\nok-2,many\n") });
  const dialog = page.locator("dialog");
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /Line 2:.*Line 3:/s);
});

test("what an address holds that is no day is left aside", async (t) => {
  const { page, problems } = await open(t);
  await page.goto(`${baseUrl}/login/summary?month=2026-13`);
  await page.waitForSelector("#meters .meter");
  await page.goto(`${baseUrl}${await page.getAttribute("#meters .meter h3 a", "href")}&day=2026-13-45&span=foo`);
  await page.waitForSelector("#curve canvas");
  assert.deepEqual(problems, []);
});

test("a list that could not be loaded says so, and is there after a retry", async (t) => {
  const { page } = await open(t, "/login/summary", { expected: [/devices\/json/, /Failed to load/] });
  await page.route("**/login/devices/json*", (route) => route.abort());
  await page.goto(`${baseUrl}/login/devices`);
  await page.waitForSelector('#list [role="alert"] button');
  await page.unroute("**/login/devices/json*");
  await page.click('#list [role="alert"] button');
  await page.locator("#list tbody tr td.tools").first().waitFor();
});

for (const [path, url, shown] of [["/login/report", "**/report/json*", "#list tbody tr td.number"], ["/login/report/energy", "**/report/energy/json*", "#list tbody tr td.number"], ["/login/audit", "**/audit/json*", "#list tbody tr .badge"]]) {
  test(`${path} is there by itself when the server is back`, async (t) => {
    const { page } = await open(t, "/login/profile", { expected: [/json/, /health/, /Failed to load/] });
    await page.route(url, (route) => route.abort());
    await page.goto(baseUrl + path);
    await page.locator('#list [role="alert"]', { hasText: "tries again by itself" }).waitFor();
    await page.unroute(url);
    await page.locator(shown).first().waitFor({ timeout: 15_000 });
  });
}

test("what could not be saved promises no further try", async (t) => {
  const { page } = await open(t, "/login/settings", { expected: [/settings/, /Failed to load/] });
  await page.route("**/login/settings/json", (route) => route.abort());
  await page.click("#save");
  const toast = page.locator(".toast.bad");
  await toast.waitFor();
  assert.match(await toast.textContent(), /can't be reached/);
  assert.doesNotMatch(await toast.textContent(), /tr(y|ies|ying)/);
});

const monthsBack = (count) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
};

test("a month that could not be loaded says so, and its meters are there after a retry", async (t) => {
  const { page } = await open(t, "/login/summary", { expected: [/all_summary/, /Failed to load/, /503/] });
  await page.waitForSelector("#meters .meter");
  await page.route("**/all_summary*", (route) => route.fulfill({ status: 503, json: { error: "Not now.", code: "unavailable" } }));
  await page.click("#month-back");
  await page.waitForSelector('#meters [role="alert"] button');
  assert.equal(await page.getAttribute("#meters", "aria-busy"), "false");
  await page.unroute("**/all_summary*");
  await page.click('#meters [role="alert"] button');
  await page.waitForSelector("#meters .meter");
  assert.equal(await page.locator('#meters [role="alert"]').count(), 0);
});

test("the month shown is the one chosen last, whichever answer comes first", async (t) => {
  const { page, problems } = await open(t, "/login/summary");
  await page.waitForSelector("#meters .meter");
  const subtitle = await page.textContent("#subtitle");
  let answered = false;
  await page.route(`**/all_summary?month=${Number(monthsBack(1).slice(5))}&*`, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue().catch(() => {});
    answered = true;
  });
  await page.click("#month-back");
  await page.click("#month-on");
  await page.waitForFunction(() => document.querySelector("#meters").getAttribute("aria-busy") === "false");
  while (!answered) await page.waitForTimeout(50);
  await page.waitForTimeout(300);
  assert.equal(await page.textContent("#subtitle"), subtitle);
  assert.deepEqual(problems, []);
});

test("a summary that stays open shows the new month when it begins", async (t) => {
  const { page } = await open(t, "/login/summary");
  await page.waitForSelector("#meters .meter");
  const next = monthsBack(-1);
  const asked = page.waitForRequest((request) => request.url().includes(`all_summary?month=${Number(next.slice(5))}&year=${next.slice(0, 4)}`), { timeout: 45_000 });
  await page.evaluate((day) => {
    const begin = Date.parse(day);
    const real = Date;
    globalThis.Date = class extends real {
      constructor(...parts) { super(...(parts.length === 0 ? [begin] : parts)); }
      static now() { return begin; }
    };
  }, `${next}-01T12:00:00Z`);
  await asked;
  await page.waitForFunction((month) => document.querySelector("#month").value === month, next);
});

test("the keyboard reaches the content first, and / the search", async (t) => {
  const { page } = await open(t, "/login/devices");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
});

test("who wants no motion gets none, and paper gets the report alone", async (t) => {
  const { page } = await open(t, "/login/report/energy", { reducedMotion: "reduce" });
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.emulateMedia({ media: "print" });
  for (const hidden of ["#rail", ".filters", ".page-head .actions"]) assert.ok(!(await page.isVisible(hidden)), hidden);
  for (const shown of ["h1", "#print-head", "#list table"]) assert.ok(await page.isVisible(shown), shown);
});

test("the run report is printed whole, and says how many runs there are", async (t) => {
  const { page, problems } = await open(t, "/login/report");
  await page.evaluate(() => {
    globalThis.print = () => {
      globalThis.onPaper = { rows: document.querySelectorAll("#list tbody tr").length, range: document.querySelector("#list .pager").textContent };
      dispatchEvent(new Event("afterprint"));
    };
  });
  await page.click("#print");
  await page.waitForFunction(() => globalThis.onPaper);
  const runs = await page.evaluate(() => fetch("/login/report/json").then((answer) => answer.json()).then(({ total }) => total));
  assert.ok(runs > 100);
  const { rows, range } = await page.evaluate(() => globalThis.onPaper);
  assert.ok(Math.abs(rows - runs) <= 1, `${rows} of ${runs}`);
  assert.match(range, new RegExp(`^1.${rows} `));
  await page.waitForFunction(() => document.querySelectorAll("#list tbody tr").length === 20);
  await page.emulateMedia({ media: "print" });
  assert.match(await page.textContent("#list .pager"), /1–20 of/);
  assert.ok(await page.isVisible("#list .pager"));
  assert.ok(!(await page.isVisible("#list .pager .push")));
  assert.deepEqual(problems, []);
});

test("before signing in, the language is the browser's, or the one chosen there", async (t) => {
  const context = await browser.newContext({ locale: "id-ID" });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${baseUrl}/login`);
  assert.equal(await page.textContent("h1"), "Masuk");
  await page.click('[data-language="en"]');
  await page.waitForSelector('html[lang="en"]');
});

test("signing in is sent once, and again after the reader has stopped its loading", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${baseUrl}/login`);
  const sent = [];
  await page.route("**/login", (route) => {
    if (route.request().method() !== "POST") return route.continue();
    return sent.push(route) > 1 ? route.continue() : undefined;
  });
  await page.fill("#username", "nobody");
  await page.fill("#password", "a wrong password");
  const submit = (times) => page.$eval("form", (form, count) => { for (let i = 0; i < count; i++) form.requestSubmit(); }, times);
  const first = page.waitForRequest((request) => request.method() === "POST");
  await submit(2);
  await first;
  const tab = await context.newCDPSession(page);
  await tab.send("Page.stopLoading");
  await page.clock.runFor(20_000);
  assert.equal(sent.length, 1);
  await submit(1);
  await page.locator(".notice").waitFor();
  assert.equal(sent.length, 2);
});

test("after signing out, the back button shows no page", async (t) => {
  const context = await browser.newContext({ locale: "en-GB" });
  t.after(() => context.close());
  const page = await context.newPage();
  await signIn(page);
  await page.goto(`${baseUrl}/login/devices`);
  await settled(page);
  await Promise.all([page.waitForURL(/\/login(\?|$)/), page.click("[data-logout] button")]);
  await page.goBack();
  await page.waitForURL(/\/login(\?|$)/);
  assert.equal(await page.locator("#list").count(), 0);
});

test("on a phone the menu opens, is left with Escape, and leads on", async (t) => {
  const { page, problems } = await open(t, "/login/summary", { viewport: { width: 390, height: 844 } });
  assert.ok(!(await page.isVisible("#rail")));
  await page.click("[data-nav-open]");
  await page.waitForSelector("#rail", { state: "visible" });
  await page.keyboard.press("Escape");
  await page.waitForSelector("#rail", { state: "hidden" });
  await page.click("[data-nav-open]");
  await page.click('#rail a[href="/login/devices"]');
  await page.waitForURL(/devices/);
  assert.deepEqual(problems, []);
});

test("on a phone an alert's button does not cover its words", needsBroker, async (t) => {
  publish("silaware/temphumid", { id: address(), temperature: 99, humidity: 50 });
  const { page, problems } = await open(t, "/login/alerts", { viewport: { width: 390, height: 844 } });
  const row = page.locator("#list tbody tr", { has: page.locator(".tools button") }).first();
  await row.waitFor({ timeout: 20_000 });
  const words = await row.locator("td").first().locator(".sub").boundingBox();
  const button = await row.locator(".tools button").boundingBox();
  assert.ok(button.y >= words.y + words.height || button.x >= words.x + words.width, `${JSON.stringify(words)} under ${JSON.stringify(button)}`);
  assert.deepEqual(problems, []);
});

test("wall mode shows the figures alone and is kept in the address", async (t) => {
  const { page } = await open(t, "/login/summary?wall=1");
  assert.ok(!(await page.isVisible("#rail")));
  assert.ok(await page.isVisible("#kpis"));
});

test("when the stream is cut the page says so, polls, and comes back by itself", async (t) => {
  const { page } = await open(t, "/login/summary", { expected: [/live/] });
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live");
  await page.route("**/login/live", (route) => route.abort());
  await page.reload();
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "delayed", null, { timeout: 20_000 });
  await page.unroute("**/login/live");
  await page.waitForFunction(() => document.getElementById("live").dataset.state === "live", null, { timeout: 40_000 });
});

test("the report's filters are its address, and its download is the same view", async (t) => {
  const { page, problems } = await open(t, "/login/report");
  await page.click('[data-preset="month"]');
  await settled(page);
  assert.match(page.url(), /from=\d{4}-\d{2}-01/);
  const link = await page.getAttribute('[data-download="csv"]', "href");
  assert.match(link, /from=\d{4}-\d{2}-01&to=/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-download="csv"]')]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  assert.deepEqual(problems, []);
});

test("today's runs are those of the site's day, or of UTC's where UTC was chosen", async (t) => {
  const { page, problems } = await open(t);
  await page.clock.setFixedTime("2026-11-20T18:30:00Z");  // half past one at the site
  await page.goto(`${baseUrl}/login/report`);
  await settled(page);
  const asked = async (press) => {
    const [request] = await Promise.all([page.waitForRequest(/report\/json/), press()]);
    const { from, to, tz } = Object.fromEntries(new URL(request.url()).searchParams);
    return `${from} ${to} ${tz}`;
  };
  assert.equal(await asked(() => page.click('[data-preset="today"]')), "2026-11-21 2026-11-21 site");
  assert.match(await page.getAttribute('[data-download="csv"]', "href"), /tz=site/);
  await page.selectOption("#tz", "utc");
  assert.equal(await asked(() => page.click('[data-preset="today"]')), "2026-11-20 2026-11-20 utc");
  assert.equal(await asked(() => page.click('[data-preset="last_month"]')), "2026-10-01 2026-10-31 utc");
  assert.deepEqual(problems, []);
});

test("a report without runs says how to find some", async (t) => {
  const { page, problems } = await open(t, "/login/report?from=1999-01-01&to=1999-01-02");
  assert.match(await page.textContent("#list .empty"), /Choose other filters/);
  assert.equal(await page.inputValue("#tz"), "site");
  assert.deepEqual(problems, []);
});

test("the past days of a room are a click away, and a file", async (t) => {
  const { page, problems } = await open(t, "/login/climate");
  const room = page.locator(".room", { hasText: "Pharmacy" });
  await room.locator('button[aria-label="The past days of this room"]').click();
  await page.waitForSelector("dialog canvas");
  const points = () => page.evaluate(() => [...document.querySelectorAll("dialog canvas")].map((canvas) => globalThis.Chart.getChart(canvas).data.labels.length));
  const week = await points();
  assert.ok(week.length === 2 && week[0] > 500, String(week));
  assert.match(await page.textContent("dialog .note"), /°C to .*°C/);
  await page.locator("dialog button", { hasText: "30 days" }).click();
  await page.waitForFunction((before) => globalThis.Chart.getChart(document.querySelector("dialog canvas")).data.labels.length !== before, week[0]);
  assert.equal(await page.getAttribute('dialog button[aria-pressed="true"]', "aria-pressed"), "true");
  const href = await page.locator("dialog a", { hasText: "CSV" }).getAttribute("href");
  const file = await page.evaluate((url) => fetch(url).then((answer) => answer.text()), href);
  assert.match(file, /^time,mac_address,name,location,temperature,humidity\r\n/);
  assert.ok(file.split("\n").length > 2000);
  assert.deepEqual(problems, []);
});

test("settings are saved, and what is wrong stands beside its field", async (t) => {
  const { page, problems } = await open(t, "/login/settings", { expected: [/status 400/, /status of 400/] });
  await page.fill('[name="max_temperature"]', "-3");
  await page.click("#save");
  await page.waitForSelector('[name="max_temperature"][aria-invalid="true"]');
  await page.fill('[name="max_temperature"]', "31.5");
  await page.click("#save");
  await page.locator(".toast.ok").waitFor();
  await page.reload();
  await settled(page);
  assert.equal(await page.inputValue('[name="max_temperature"]'), "31.5");
  assert.deepEqual(problems, []);
});

test("an API token is shown once and revoked", async (t) => {
  const { page, problems } = await open(t, "/login/profile");
  const name = `token ${unique()}`;
  await page.click("#new-token");
  await page.fill('dialog [name="name"]', name);
  await page.click("dialog [type=submit]");
  await page.waitForSelector("dialog pre");
  assert.ok((await page.textContent("dialog pre")).length >= 20);
  await page.keyboard.press("Escape");
  const row = page.locator("#tokens tr", { hasText: name });
  await row.waitFor();
  await row.locator("button").click();
  await page.click("dialog .danger");
  await row.waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

test("the curves of rooms stand on a time line, with their limits in sight", async (t) => {
  const { page, problems } = await open(t, pages.climate);
  const csrf = await page.getAttribute('meta[name="csrf-token"]', "content");
  const limit = (uid, value) => page.evaluate(([mac, token, max_temperature]) => fetch(`/login/climate/limits?mac=${encodeURIComponent(mac)}`, {
    method: "PUT", headers: { "X-CSRF-Token": token, "Content-Type": "application/json" }, body: JSON.stringify({ max_temperature }),
  }).then((answer) => answer.status), [uid, csrf, value]);
  const uid = await page.evaluate(() => fetch("/login/climate/json").then((answer) => answer.json()).then(({ devices }) => devices[0].uid));
  assert.equal(await limit(uid, 3), 200);
  await page.reload();
  await settled(page);
  await page.waitForSelector(".room canvas");
  const charts = await page.evaluate(() => [...document.querySelectorAll(".room canvas")].map((canvas) => {
    const { scales, options } = globalThis.Chart.getChart(canvas);
    return { low: scales.y.min, high: scales.y.max, limits: options.plugins.limits.lines.map(({ value }) => value), hours: (scales.x.max - scales.x.min) / 3.6e6 };
  }));
  assert.equal(await limit(uid, null), 200);
  assert.ok(charts.some(({ limits }) => limits.includes(3)));
  for (const { low, high, limits, hours } of charts) {
    assert.ok(hours >= 24 && hours <= 24.25, `${hours} hours`);
    for (const value of limits) assert.ok(low <= value && value <= high, `${value} is not between ${low} and ${high}`);
  }
  assert.deepEqual(problems, []);
});
