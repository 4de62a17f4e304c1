// Numbers, units and times as the reader's language writes them, in the site's time zone.
import { language, t } from "./i18n.js";

const locales = { en: "en-GB", id: "id-ID" };
const locale = () => locales[language()] ?? "en-GB";
export const timezone = () => document.body.dataset.timezone || "UTC";
export const nothing = "–";
const missing = (value) => value === null || value === undefined || !Number.isFinite(Number(value));

const formats = new Map();
function cached(kind, options) {
  const key = `${kind}${language()}${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl[kind](locale(), options));
  return formats.get(key);
}

/** What only a broken meter sends would be a line of digits. */
function written(value, options) {
  const absurd = Math.abs(value) >= 1e12;
  return cached("NumberFormat", absurd ? { notation: "scientific", maximumFractionDigits: 2 } : options).format(value);
}

export function number(value, decimals = 0) {
  if (missing(value)) return nothing;
  return written(value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/* To be typed: the language decides what 1.000 is. */

const marks = () => (language() === "id" ? { group: ".", point: "," } : { group: ",", point: "." });
export const typed = (value) => (missing(value) ? "" : String(value).replace(".", marks().point));

/** The number that a text means; what is none stays as it is, for the server to refuse. */
export function entered(text) {
  const { group, point } = marks();
  const plain = text.trim();
  const grouped = new RegExp(`^[1-9]\\d{0,2}(\\${group}\\d{3})+(\\${point}\\d+)?$`).test(plain);
  const number = Number(grouped ? plain.replaceAll(group, "").replace(point, ".") : plain.replace(",", "."));
  return plain === "" || Number.isNaN(number) ? plain : number;
}

/** As precise as the value is, at most `decimals`. */
export function exact(value, decimals = 3) {
  return missing(value) ? nothing : written(value, { maximumFractionDigits: decimals });
}

/** About three significant figures, so that live values keep their width. */
function significant(value) {
  const size = Math.abs(value);
  return number(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Nothing at all needs no decimals. */
const blank = (value, unit) => (missing(value) ? { value: nothing, unit } : value === 0 ? { value: "0", unit } : null);

function scaled(value, steps) {
  const none = blank(value, steps[0][1]);
  if (none) return none;
  const [factor, unit] = steps.findLast(([least]) => Math.abs(value) >= least) ?? steps[0];
  return { value: factor <= 1 && unit === "W" ? number(value, Math.abs(value) < 10 ? 1 : 0) : significant(value / factor), unit };
}

export const power = (watts) => scaled(watts, [[0.001, "W"], [1e3, "kW"], [1e6, "MW"]].map(([f, u]) => [u === "W" ? 1 : f, u]));
export function energy(kwh) {
  const none = blank(kwh, "kWh");
  if (none) return none;
  if (Math.abs(kwh) >= 1e5) return { value: number(kwh / 1000, 1), unit: "MWh" };
  return { value: number(kwh, Math.abs(kwh) >= 1000 ? 0 : Math.abs(kwh) >= 100 ? 1 : 2), unit: "kWh" };
}
export function co2(kg) {
  const none = blank(kg, "kg");
  if (none) return none;
  if (Math.abs(kg) >= 1e4) return { value: number(kg / 1000, 2), unit: "t" };
  return { value: number(kg, Math.abs(kg) >= 100 ? 0 : 1), unit: "kg" };
}
/** For the ticks of an axis, whose largest is `most`: no more digits than the step needs, nothing but 0 at its foot. */
export function tick(unit, decimals = 2) {
  const needed = (most) => (most > 0 && most < 1 ? Math.ceil(-Math.log10(most)) + 1 : 0);
  return (value, most) => (value === 0 ? "0" : `${exact(value, Math.max(decimals, needed(most)))}\u00a0${unit}`);
}
/** All in the unit of the largest tick. */
export function powerTick(watts, most = Math.abs(watts)) {
  const [factor, unit] = most >= 1e6 ? [1e6, "MW"] : most >= 1e3 ? [1e3, "kW"] : [1, "W"];
  return tick(unit)(watts / factor, most / factor);
}
export const energyTick = (kwh, most) => (most >= 1e5 ? tick("MWh", 1)(kwh / 1000) : tick("kWh", 1)(kwh, most));
export const hoursTick = (value, most) => tick(t("unit.hours"), 1)(value, most);

export const hours = (value) => blank(value, t("unit.hours")) ?? { value: number(value, 1), unit: t("unit.hours") };
export const joined = ({ value, unit }) => `${value}\u00a0${unit}`;

export function money(value, currency = document.body.dataset.currency || "IDR") {
  if (missing(value)) return nothing;
  const whole = Math.abs(value) >= 1000 || currency === "IDR";
  try {
    return cached("NumberFormat", {
      style: "currency", currency, currencyDisplay: "narrowSymbol",
      minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: whole ? 0 : 2,
    }).format(value);
  } catch {
    return `${currency}\u00a0${number(value, whole ? 0 : 2)}`;
  }
}

/** Short enough for a card: Rp 12.4 M. */
export function moneyShort(value, currency = document.body.dataset.currency || "IDR") {
  if (missing(value) || Math.abs(value) < 1e6) return money(value, currency);
  try {
    // British English writes a million as m, which reads like a thousandth.
    return cached("NumberFormat", {
      style: "currency", currency, currencyDisplay: "narrowSymbol", notation: "compact", minimumFractionDigits: 1, maximumFractionDigits: 1,
    }).format(value).replace(/m$/, "M").replace(/bn$/, "B");
  } catch {
    return money(value, currency);
  }
}

const date = (value) => (value instanceof Date ? value : new Date(value));
const isDate = (value) => value && !Number.isNaN(date(value).getTime());

export function dateTime(value, { seconds = false } = {}) {
  if (!isDate(value)) return nothing;
  return cached("DateTimeFormat", {
    timeZone: timezone(), day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}), hourCycle: "h23",
  }).format(date(value));
}
export function clock(value, { seconds = false } = {}) {
  if (!isDate(value)) return nothing;
  return cached("DateTimeFormat", {
    timeZone: timezone(), hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}), hourCycle: "h23",
  }).format(date(value));
}
/** `YYYY-MM-DD HH:MM:SS` of a clock whose zone the page names elsewhere. */
export function wallClock(text) {
  const value = new Date(`${String(text ?? "").replace(" ", "T")}Z`);
  if (!text || !isDate(value)) return String(text ?? nothing);
  return cached("DateTimeFormat", {
    timeZone: "UTC", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).format(value);
}
/** A calendar day `YYYY-MM-DD`, which has no zone. */
export function day(text, options = { day: "numeric", month: "short" }) {
  const value = new Date(`${text}T00:00:00Z`);
  return isDate(value) ? cached("DateTimeFormat", { ...options, timeZone: "UTC" }).format(value) : String(text ?? nothing);
}
/** The site day `days` before `text`; after it for fewer than none. */
export const daysBefore = (text, days) => new Date(Date.parse(`${text}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
export const weekday = (text) => day(text, { weekday: "short" });
export const month = (text) => day(`${text}-01`, { month: "long", year: "numeric" });
/** `2026-W47` → "W47", "M47" in Indonesian. */
export const week = (text) => t("unit.week", { week: Number(String(text).split("-W")[1]) });

/** Today, or the day of `value`, at the site, as `YYYY-MM-DD`. */
export function siteDay(value = new Date()) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone(), year: "numeric", month: "2-digit", day: "2-digit" }).format(value);
}

/** Intl's short "1 h" is a day in Indonesian, and an hour to everybody who reads it. */
const unitStyle = () => (language() === "id" ? "long" : "short");

export function relative(value, now = Date.now()) {
  if (!isDate(value)) return t("time.never");
  const seconds = Math.round((date(value).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return t("time.now");
  const [unit, length] = size < 60 ? ["second", 1] : size < 3600 ? ["minute", 60] : size < 86400 ? ["hour", 3600] : ["day", 86400];
  return cached("RelativeTimeFormat", { numeric: "always", style: unitStyle() }).format(Math.round(seconds / length), unit).replace("yang lalu", "lalu");
}

const amount = (value, unit) => cached("NumberFormat", { style: "unit", unit, unitDisplay: unit === "day" ? "long" : unitStyle() }).format(value);

/** How long something lasts, in its two largest units: "22 mins", "5 hrs 20 mins", "3 days 4 hrs". */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds / 60));
  const [days, hours, minutes] = [Math.floor(whole / 1440), Math.floor(whole / 60) % 24, whole % 60];
  const parts = [[days, "day"], [hours, "hour"], [minutes, "minute"]];
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return amount(0, "minute");
  return parts.slice(first, first + 2).filter(([value]) => value > 0).map((part) => amount(...part)).join(" ");
}

/** A <time> that shows how long ago, tells when on hover, and is kept up to date by `tickTimes`. */
export function ago(value) {
  const node = document.createElement("time");
  setAgo(node, value);
  return node;
}
export function setAgo(node, value) {
  if (isDate(value)) {
    node.dateTime = date(value).toISOString();
    node.title = dateTime(value, { seconds: true });
    node.dataset.ago = "";
  }
  const text = relative(value);
  if (node.textContent !== text) node.textContent = text;
}
export function tickTimes() {
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const text = relative(node.dateTime);
    if (node.textContent !== text) node.firstChild.data = text;
  }
}

/** `HH:MM:SS` → hours. */
export function hoursOf(text) {
  const [h, m, s] = String(text ?? "").split(":").map(Number);
  return Number.isFinite(h) ? h + (m || 0) / 60 + (s || 0) / 3600 : 0;
}
