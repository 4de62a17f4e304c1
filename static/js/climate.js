// Climate: temperature and humidity of each room, with the limits drawn in.
import "./shell.js";
import { get } from "./request.js";
import { climateChart } from "./climate_chart.js";
import { named, otherId } from "./device.js";
import { byId, debounced, el, icon, setFigure, setText, showLater } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { polling } from "./live.js";
import { showRoomHistory } from "./room_history.js";
import { editRoomLimits } from "./room_limits.js";
import { isAdmin } from "./session.js";
import { empty, firstDevice, trouble } from "./states.js";

const root = byId("rooms");
const rooms = new Map();  // uid -> { node, show }
let answer = null;
const over = (value, limit) => value !== null && value !== undefined && limit !== null && limit !== undefined && value > limit;
const degrees = (value) => ({ value: format.number(value, 1), unit: "°C" });
const percent = (value) => ({ value: format.number(value, 1), unit: "%" });

const quarter = 15 * 60000;
let span = { min: 0, max: 0, ticks: [] };

/** The time that is shown, with the midnight and the noon of the site in it. */
function shownTime({ from, to }) {
  const [min, max] = [Date.parse(from), Date.parse(to)];
  const ticks = [];
  for (let at = Math.ceil(min / quarter) * quarter; at <= max; at += quarter) {
    if (Number(format.clock(new Date(at)).replace(/\D/g, "")) % 1200 === 0) ticks.push({ value: at });
  }
  return { min, max, ticks };
}

function draw(box, { unit, ...curve }) {
  climateChart(box, {
    ...curve, unit, title: (time) => format.clock(time), nothing: t("climate.no_series"),
    tick: (value) => `${format.exact(value, 1)}${unit.replace("°C", "°")}`,
    x: {
      type: "linear", min: span.min, max: span.max, afterBuildTicks: (axis) => Object.assign(axis, { ticks: span.ticks }),
      ticks: { autoSkip: false, maxRotation: 0, callback: (at) => format.clock(new Date(at)) },
    },
  });
}

function room(device) {
  let latest = device;
  const badge = el("span");
  const seen = el("time");
  const temperature = el("div.value");
  const humidity = el("div.value");
  const [warmth, damp] = [el("div.chart"), el("div.chart")];
  const left = el("div", {}, el("p.small.muted", {}, t("climate.temperature")), temperature, warmth);
  const right = el("div", {}, el("p.small.muted", {}, t("climate.humidity")), humidity, damp);
  const title = el("h2.truncate");
  const past = el("button.button.quiet.icon", { type: "button", title: t("climate.history"), "aria-label": t("climate.history"), onclick: () => showRoomHistory(device.uid, named(device), latest.limits) }, icon("chart-area"));
  const change = isAdmin() ? el("button.button.quiet.icon", { type: "button", title: t("climate.limits"), "aria-label": t("climate.limits"), onclick: () => changeLimits(device) }, icon("sliders")) : null;
  const node = el("article.card.room", {}, el("header", {}, el("div", {}, title, el("p.tiny.faint.truncate", {}, otherId(device) ? [el("span.mono", {}, device.uid), " · "] : null, seen)), el("div.flex.items-center.gap-1", {}, badge, past, change)),
    el("div.pair", {}, left, right));
  return {
    node,
    show(fresh) {
      latest = fresh;
      const { limits } = fresh;
      setText(title, named(fresh));
      format.setAgo(seen, fresh.observed_at);
      setFigure(temperature, degrees(fresh.temperature));
      setFigure(humidity, percent(fresh.humidity));
      left.className = over(fresh.temperature, limits.temperature) ? "over" : "";
      right.className = over(fresh.humidity, limits.humidity) ? "over" : "";
      const bad = left.className || right.className;
      const word = bad ? ["bad", "climate.over"] : fresh.online ? ["ok", "climate.fine"] : ["", "device.offline"];
      badge.className = `badge ${word[0]}`;
      setText(badge, t(word[1]));
      const { t: times, temperature: temperatures, humidity: humidities } = fresh.series;
      const describe = t("climate.chart", { room: named(fresh) });
      draw(warmth, { times, values: temperatures, name: t("climate.temperature"), tone: "demand", unit: "°C", limit: limits.temperature, describe });
      draw(damp, { times, values: humidities, name: t("climate.humidity"), tone: "cost", unit: "%", limit: limits.humidity, describe });
    },
  };
}

async function changeLimits(device) {
  if (await editRoomLimits(device.uid, named(device))) load().catch(() => {});
}

function show() {
  const { devices } = answer;
  const words = byId("search").value.trim().toLowerCase();
  const list = devices.filter((device) => [named(device), device.uid].some((text) => text.toLowerCase().includes(words)))
    .sort((a, b) => named(a).localeCompare(named(b)));
  byId("tools").hidden = devices.length === 0;
  if (list.length === 0) {
    root.classList.replace("rooms", "card");
    root.replaceChildren(devices.length === 0 ? empty({ symbol: "temperature-half", title: t("climate.none"), action: firstDevice("climate") })
      : empty({ symbol: "magnifying-glass", title: t("common.no_match"), text: t("common.no_match_text") }));
    return;
  }
  root.classList.replace("card", "rooms");
  for (const device of list) if (!rooms.has(device.uid)) rooms.set(device.uid, room(device));
  const nodes = list.map((device) => rooms.get(device.uid).node);
  if (nodes.length !== root.children.length || nodes.some((node, i) => root.children[i] !== node)) root.replaceChildren(...nodes);
  for (const device of list) rooms.get(device.uid).show(device);
}

async function load() {
  try {
    answer = await get("/login/climate/json");
    span = shownTime(answer);
    root.setAttribute("aria-busy", "false");
    show();
    showLater();
  } catch (error) {
    if (!answer) {
      root.classList.replace("rooms", "card");
      root.replaceChildren(trouble(error, load));
      showLater();
    }
    throw error;
  }
}

byId("search").addEventListener("input", debounced(() => answer && show(), 120));
polling({ poll: load, seconds: 10 });
