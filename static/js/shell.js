// What every page behind the login does: menu, language, wall mode, leaving, ticking times.
import { get, put } from "./request.js";
import { tickTimes } from "./format.js";
import { language, t } from "./i18n.js";
import { confirmDialog } from "./dialog.js";
import { keepPlace } from "./scroll.js";
import { failed } from "./toast.js";
import { isAnythingUnsaved } from "./unsaved.js";

function menu() {
  const opener = document.querySelector("[data-nav-open]");
  const rail = document.getElementById("rail");
  const set = (open) => {
    document.body.dataset.nav = open ? "open" : "closed";
    opener.setAttribute("aria-expanded", String(open));
    for (const behind of document.querySelectorAll("#main, .tabbar")) behind.inert = open;
    if (open) rail.querySelector("nav a").focus();
    else opener.focus();
  };
  opener.addEventListener("click", () => set(document.body.dataset.nav !== "open"));
  document.querySelector("[data-nav-close]").addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.dataset.nav === "open") set(false);
  });
  // Where the menu stands beside the page, nothing covers it.
  matchMedia("(max-width: 860px)").addEventListener("change", () => document.body.dataset.nav === "open" && set(false));
}

const mayLeave = () => !isAnythingUnsaved() || confirmDialog({ title: t("layout.unsaved"), text: t("layout.unsaved_text"), label: t("layout.language_anyway"), act: () => {} });

/** False when the page stays as it is. */
export async function chooseLanguage(chosen) {
  if (chosen === language() || !(await mayLeave())) return false;
  try {
    await put("/login/profile/language", { language: chosen });
    location.reload();
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}

function languages() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
    button.addEventListener("click", () => chooseLanguage(button.dataset.language));
  }
}

/** A wall screen must not go dark; browsers grant it on secure addresses only, and until the tab is hidden. */
function stayAwake() {
  if (document.documentElement.dataset.wall === "on" && !document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

function wall() {
  const button = document.querySelector("[data-wall-toggle]");
  const set = (on) => {
    document.documentElement.dataset.wall = on ? "on" : "off";
    const url = new URL(location.href);
    if (on) url.searchParams.set("wall", "1");
    else url.searchParams.delete("wall");
    history.replaceState(history.state, "", url);
    button?.setAttribute("aria-pressed", String(on));
    dispatchEvent(new Event("resize"));
    if (on) stayAwake();
  };
  button?.addEventListener("click", async () => {
    const on = document.documentElement.dataset.wall !== "on";
    set(on);
    if (on) await document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) await document.exitFullscreen();
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && document.documentElement.dataset.wall === "on") set(false);
  });
  document.addEventListener("visibilitychange", stayAwake);
  if (new URLSearchParams(location.search).get("wall") === "1") set(true);
}

function leaving() {
  const session = "BroadcastChannel" in self ? new BroadcastChannel("session") : null;
  document.querySelector("[data-logout]").addEventListener("submit", () => session?.postMessage("ended"));
  if (session) session.onmessage = () => location.replace("/login");
  // A page that the browser kept in memory may belong to a session that has ended since.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      document.body.hidden = true;
      location.reload();
    }
  });
}

function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, dialog")) return;
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });
}

/** How many alerts wait for somebody, beside the menu's entries. */
export async function alertCount() {
  if (document.hidden) return;
  const { total } = await get("/login/alerts/json?state=raised&per_page=1").catch(() => ({ total: 0 }));
  for (const place of document.querySelectorAll("[data-alert-count]")) {
    place.textContent = total > 0 ? String(Math.min(total, 999)) : "";
    place.title = total > 0 ? t("layout.alerts_waiting", { count: total }) : "";
  }
}

menu();
languages();
wall();
leaving();
keys();
keepPlace();
alertCount();
setInterval(tickTimes, 1000);
setInterval(alertCount, 60_000);
