// A real browser at a running portal. The environment names both:
//   BASE_URL  ADMIN_USER  ADMIN_PASSWORD  [EMPTY_URL: a portal without data]  [MQTT_PORT: the broker of BASE_URL]
//   [CHROMIUM=/usr/bin/chromium]
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const baseUrl = (process.env.BASE_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");
export const emptyUrl = process.env.EMPTY_URL?.replace(/\/$/, "");
const user = process.env.ADMIN_USER ?? "admin";
const password = process.env.ADMIN_PASSWORD;
if (!password) throw new Error("ADMIN_PASSWORD is not set: the password of the portal's administrator");

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The menu's pages, by name. */
export const pages = {
  summary: "/login/summary",
  utilities: "/login/utilities",
  climate: "/login/climate",
  alerts: "/login/alerts",
  energy_report: "/login/report/energy",
  report: "/login/report",
  devices: "/login/devices",
  accounts: "/login/accounts",
  settings: "/login/settings",
  quarantine: "/login/quarantine",
  audit: "/login/audit",
  api: "/login/api",
  profile: "/login/profile",
};

export const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet });
}

/** Everything the browser complains about while it shows `page`: errors, CSP violations, requests that failed. */
export function watch(page, { expected = [] } = {}) {
  const problems = [];
  const note = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) problems.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A stream or a search that the page itself gave up is none.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") note(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) note(`status ${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  return problems;
}

export async function signIn(page, { url = baseUrl, name = user, secret = password } = {}) {
  await page.goto(`${url}/login`);
  await page.fill("#username", name);
  await page.fill("#password", secret);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/login"), page.click("button[type=submit]")]);
}

const sessions = new Map();  // portal -> cookies of its administrator

/** A browser of its own, signed in; they share one session, since a password takes its time. Closed after the test. */
export async function signedInContext(t, browser, { url = baseUrl, ...options } = {}) {
  if (!sessions.has(url)) {
    const first = await browser.newContext();
    await signIn(await first.newPage(), { url });
    sessions.set(url, await first.storageState());
    await first.close();
  }
  const context = await browser.newContext({ locale: "en-GB", storageState: sessions.get(url), ...options });
  t.after(() => context.close());
  return context;
}

export async function chooseLanguage(page, language) {
  if ((await page.getAttribute("html", "lang")) === language) return;
  await page.waitForSelector(`.languages [data-language="${language}"][aria-pressed="false"]`, { state: "attached" });
  await Promise.all([
    page.waitForURL(() => true, { waitUntil: "load" }),
    page.waitForResponse((response) => response.url().endsWith("/login/profile/language")),
    page.$eval(`.languages [data-language="${language}"]`, (button) => button.click()),
  ]);
  await page.waitForSelector(`html[lang="${language}"]`);
}

/** Until nothing shimmers and no list waits; the live stream itself never ends. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const shown = (node) => node.getClientRects().length > 0;
    return ![...document.querySelectorAll('.skeleton, [aria-busy="true"]')].some(shown);
  }, null, { timeout: 15_000 });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(250);
}

/** The address of the first meter's page, or null when no meter ever reported. */
export async function firstMeter(page) {
  const summary = await page.evaluate(() => fetch("/login/summary/all_summary", { headers: { Accept: "application/json" } }).then((answer) => answer.json()));
  const [device] = summary.devices;
  return device ? `/power_monitoring?uid=${encodeURIComponent(device.uid)}` : null;
}

/** A page at `path`, signed in and settled, and what the browser complains about. */
export async function openPage(t, browser, path = "/login/summary", { expected = [], ...options } = {}) {
  const context = await signedInContext(t, browser, options);
  const page = await context.newPage();
  const problems = watch(page, { expected });
  await page.goto(baseUrl + path);
  await settled(page);
  return { page, problems };
}

export const unique = () => Math.floor(Math.random() * 0xffffff).toString(16).padStart(6, "0").toUpperCase();
export const address = () => `02:00:00:${unique().match(/../g).join(":")}`;

export const needsBroker = { skip: !process.env.MQTT_PORT };

export function publish(topic, payload) {
  execFileSync("mosquitto_pub", ["-p", process.env.MQTT_PORT, "-q", "1", "-t", topic, "-m", typeof payload === "string" ? payload : JSON.stringify(payload)]);
}

export function reading(uid, watts) {
  return { uid, relay_state: "ON", meter_data: { voltage: [221.5], current: [watts / 221.5], power: [watts], frequency: [50.01], pf: [0.97], energy: [1500.25], co2: [1305.2] }, energy_history: [1, 2, 3, 4, 5, 6, 7] };
}
