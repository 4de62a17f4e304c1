// Pages without a session: login, forgotten password, messages.
import { language, t } from "./i18n.js";

for (const button of document.querySelectorAll("[data-language]")) {
  button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  button.addEventListener("click", () => {
    document.cookie = `language=${button.dataset.language}; path=/; max-age=31536000; SameSite=Lax`;
    location.reload();
  });
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.setAttribute("aria-label", shown ? t("login.hide_password") : t("login.show_password"));
    button.firstElementChild.className = `fa-solid fa-eye${shown ? "-slash" : ""}`;
  });
  const caps = document.querySelector("[data-caps]");
  if (caps) input.addEventListener("keyup", (event) => { caps.hidden = !event.getModifierState?.("CapsLock"); });
}

const patience = 15_000;  // ms, longer than any answer takes
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-busy", "true");
    // Nothing tells a page that its reader has stopped the loading of the next one.
    setTimeout(() => button.removeAttribute("aria-busy"), patience);
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

document.querySelector("[data-retry]")?.addEventListener("click", () => location.reload());
document.querySelector("[data-back]")?.addEventListener("click", () => {
  if (history.length > 1) history.back();
  else location.assign("/login");
});
