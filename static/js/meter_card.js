// One meter on the summary, as a card or as a row; `show` puts new figures into the nodes that are there.
import { idBelow, named, onlineBadge, otherId } from "./device.js";
import { el, setText } from "./dom.js";
import * as format from "./format.js";
import { t } from "./i18n.js";
import { renew } from "./renew.js";
import { bars } from "./spark.js";

const link = (uid) => `/power_monitoring?uid=${encodeURIComponent(uid)}`;
const sum = (values) => (values ?? []).reduce((total, value) => total + (value || 0), 0);

function fact(title, value) {
  return [el("dt", {}, title), el("dd", {}, value)];
}

const facts = (device, currency) => [
  [t("summary.energy"), format.joined(format.energy(device.energy_kwh))],
  [t("summary.cost"), format.money(device.cost, currency)],
  [t("summary.co2"), format.joined(format.co2(device.co2_kg))],
  [t("summary.forecast"), format.joined(format.energy(device.forecast_kwh))],
  [t("summary.forecast_cost"), format.money(device.forecast_cost, currency)],
  [t("summary.max_demand"), demand(device)],
];

function demand(device) {
  if (device.max_demand_kw === null || device.max_demand_kw === undefined) return format.nothing;
  return format.joined(format.power(device.max_demand_kw * 1000));
}

function mini(title, total, values, titles, tone) {
  return el(`div.tone-${tone}`, {}, el("h4", {}, title, el("span", {}, total)), el("div.bars", { "aria-hidden": "true" }, bars(values, { titles })));
}

function minis(device) {
  const { days, kwh } = device.daily_energy;
  const { weeks, hours } = device.weekly_duration;
  return el("div.minis.this-week", {},
    mini(t("summary.seven_days"), format.joined(format.energy(sum(kwh))), kwh,
      days.map((day, i) => `${format.day(day)}: ${format.joined(format.energy(kwh[i]))}`), "energy"),
    mini(t("summary.weekly_hours"), format.joined(format.hours(hours.at(-1) ?? 0)), hours,
      weeks.map((week, i) => `${format.week(week)}: ${format.joined(format.hours(hours[i]))}`), "cost"));
}

/** That the totals leave it out. */
const aside = (device) => (device.in_total ? null : ` · ${t("summary.submeter")}`);

export function meterCard(device, currency) {
  const power = el("strong", {});
  const since = el("time");
  const badge = el("span.at-present", {}, onlineBadge(device.online));
  const details = el("dl.facts", {}, facts(device, currency).map(([title, value]) => el("div", {}, fact(title, value))));
  const charts = minis(device);
  const node = el("article.card.meter.tone-power", { "data-uid": device.uid },
    el("header", {}, el("div", {}, el("h3.truncate", {}, el("a", { href: link(device.uid) }, named(device))),
      el("p.tiny.faint.truncate", {}, el("span.mono", {}, otherId(device) || "\u00a0"), aside(device))), badge),
    el("div.now.at-present", {}, power, el("span.unit"), el("span.since", {}, since)), details, charts);
  return {
    node,
    show(fresh) {
      this.live(fresh);
      const values = details.querySelectorAll("dd");
      facts(fresh, currency).forEach(([, value], i) => setText(values[i], value));
      renew(charts, minis(fresh));
    },
    live(fresh) {
      const { value, unit } = format.power(fresh.power_w);
      setText(power, value);
      setText(power.nextSibling, unit);
      format.setAgo(since, fresh.last_seen);
      renew(badge.firstElementChild, onlineBadge(fresh.online));
      node.classList.toggle("stale", !fresh.online);
    },
  };
}

export function meterRow(device, currency) {
  const cells = {};
  const cell = (key, title, kind = "td.number") => (cells[key] = el(kind, { "data-label": title }));
  const node = el("tr", { "data-uid": device.uid },
    el("td", { "data-label": "" }, el("a.font-medium.text-inherit", { href: link(device.uid) }, named(device)), idBelow(device), device.in_total ? null : el("span.sub", {}, t("summary.submeter"))),
    cell("online", t("summary.state"), "td.at-present"),
    cell("power", t("summary.power"), "td.number.at-present"), cell("energy", t("summary.energy")), cell("cost", t("summary.cost")),
    cell("co2", t("summary.co2")), cell("forecast", t("summary.forecast_cost")), cell("demand", t("summary.max_demand")),
    cell("hours", t("summary.hours_this_week"), "td.number.this-week"));
  cells.online.append(onlineBadge(device.online));
  return {
    node,
    show(fresh) {
      this.live(fresh);
      setText(cells.energy, format.joined(format.energy(fresh.energy_kwh)));
      setText(cells.cost, format.money(fresh.cost, currency));
      setText(cells.co2, format.joined(format.co2(fresh.co2_kg)));
      setText(cells.forecast, format.money(fresh.forecast_cost, currency));
      setText(cells.demand, demand(fresh));
      setText(cells.hours, format.joined(format.hours(fresh.weekly_duration.hours.at(-1) ?? 0)));
    },
    live(fresh) {
      setText(cells.power, format.joined(format.power(fresh.power_w)));
      cells.power.classList.toggle("faint", !fresh.online);
      renew(cells.online.firstElementChild, onlineBadge(fresh.online));
    },
  };
}

export const rowHeadings = () => ["summary.meter", "summary.state", "summary.power", "summary.energy", "summary.cost", "summary.co2",
  "summary.forecast_cost", "summary.max_demand", "summary.hours_this_week"].map((key) => t(key));
