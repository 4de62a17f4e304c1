// What stands in place of content: nothing yet, nothing at all, or trouble.
import { copy } from "./clipboard.js";
import { el, icon } from "./dom.js";
import { timezone } from "./format.js";
import { t } from "./i18n.js";
import { isHealthy } from "./request.js";
import { done, failed } from "./toast.js";

export function empty({ symbol = "inbox", title, text, action = null }) {
  return el("div.empty", {}, icon(symbol), el("p.headline", {}, title), text ? el("p", {}, text) : null, action);
}

const tryEvery = 5_000;  // ms
const mayPass = ({ status }) => status === 0 || status === 503;

/** Asks quietly whether the server is back, for as long as `node` is shown, and only then does `retry`. */
function keepTrying(node, retry) {
  const timer = setInterval(async () => {
    if (!node.isConnected) clearInterval(timer);
    else if (!document.hidden && await isHealthy() && node.isConnected) {
      clearInterval(timer);
      retry();
    }
  }, tryEvery);
}

/** In place of what could not be loaded; `retry` loads it, at a click, or by itself when the server is back. */
export function trouble(error, retry) {
  const passing = mayPass(error);
  const again = () => Promise.resolve(retry()).catch(() => {});
  const node = el("div.empty", { role: "alert" }, icon("plug-circle-xmark"), el("p.headline", {}, t("error.could_not_load")),
    el("p", {}, error.message, passing ? ` ${t("error.keeps_trying")}` : null),
    el("button.button", { type: "button", onclick: again }, icon("rotate-right"), t("common.retry")));
  if (passing) keepTrying(node, again);
  return node;
}

export function codeBlock(text) {
  const shown = el("pre", { tabindex: "0" }, text);
  const press = async () => {
    if (await copy(shown)) done(t("common.copied"));
    else failed(t("common.not_copied"));
  };
  return el("div.code", {}, shown,
    el("button.button.quiet.icon", { type: "button", "aria-label": t("common.copy"), title: t("common.copy"), onclick: press }, icon("copy")));
}

/** `text` as one word of a shell. */
const quoted = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** How the first device of a kind is pointed here, with a payload that works. */
export function firstDevice(kind) {
  const rtc = new Intl.DateTimeFormat("en-GB", { timeZone: timezone(), dateStyle: "short", timeStyle: "medium" }).format(new Date()).replace(",", "");
  const epoch = Math.floor(Date.now() / 1000);
  const payloads = {
    power: { uid: "AA:BB:CC:DD:EE:01", rtc, relay_state: "ON",
      meter_data: { voltage: [220.4], current: [5.1], power: [1080], frequency: [50], pf: [0.96], energy: [1250.4], co2: [1087.8] },
      energy_history: [21.4, 23.9, 22.6, 24.1, 19.8, 12.2, 8.7] },
    utils: { id: "AA:BB:CC:DD:EE:02", start: epoch - 1800, stop: epoch, cycle_count: 1, total_run: 1800 },
    climate: { id: "AA:BB:CC:DD:EE:03", temperature: 24.6, humidity: 58.2 },
  };
  const { brokerHost, brokerOptions, topicPower, topicUtils, topicClimate } = document.body.dataset;
  const topic = { power: topicPower, utils: topicUtils, climate: topicClimate }[kind];
  const host = brokerHost || location.hostname.replace(/^\[|\]$/g, "") || "localhost";
  const command = `mosquitto_pub -h ${host} ${brokerOptions} -q 1 -t ${quoted(topic)} -m '${JSON.stringify(payloads[kind])}'`;
  return el("div.stack", {}, el("p", {}, t("empty.first_device", { topic })), codeBlock(command));
}

/** While `work` runs, the button says so and can't be pressed again. */
export async function busy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return undefined;
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}
