// Own profile: password, language, API tokens.
import { chooseLanguage } from "./shell.js";
import { get, post, put, remove } from "./request.js";
import { clearProblems, confirmDialog, formDialog, showDialog, showProblems } from "./dialog.js";
import { byId, el, icon } from "./dom.js";
import * as format from "./format.js";
import { label, language, t } from "./i18n.js";
import { busy, codeBlock, empty, trouble } from "./states.js";
import { done, failed } from "./toast.js";
import { watchForm } from "./unsaved.js";

const last = byId("last-login");
if (last) last.textContent = format.dateTime(last.dateTime);

const form = byId("password-form");
// The current one may be the browser's, which fills it in by itself.
watchForm(() => [form.elements.new, form.elements.again].some((input) => input.value !== ""));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.elements.new.value !== form.elements.again.value) {
    showProblems(form, { fields: { again: t("profile.differ") } });
    return;
  }
  busy(byId("password-save"), async () => {
    try {
      await put("/login/profile/password", { current: form.elements.current.value, new: form.elements.new.value });
      form.reset();
      clearProblems(form);
      location.assign("/login?changed=1");
    } catch (error) {
      const left = showProblems(form, error);
      if (left) failed({ message: left, status: error.status });
    }
  });
});

for (const input of document.querySelectorAll('input[name="language"]')) {
  input.checked = input.value === language();
  input.addEventListener("change", async () => {
    if (!(await chooseLanguage(input.value))) document.querySelector(`input[name="language"][value="${language()}"]`).checked = true;
  });
}

const root = byId("tokens");

function row(token) {
  return el("tr", {},
    el("td", { "data-label": t("profile.token_name") }, token.name),
    el("td", { "data-label": t("profile.token_scope") }, el(`span.badge${token.scope === "full" ? ".warn" : ""}`, {}, label("scope", token.scope))),
    el("td", { "data-label": t("profile.token_created") }, format.dateTime(token.created_at)),
    el("td", { "data-label": t("profile.token_used") }, format.ago(token.last_used_at)),
    el("td.tools", {}, el("button.button.quiet.icon", { type: "button", title: t("profile.revoke"), "aria-label": t("profile.revoke"), onclick: () => revoke(token) }, icon("trash"))));
}

async function load() {
  try {
    const { items } = await get("/login/profile/tokens/json");
    if (items.length === 0) {
      root.replaceChildren(empty({ symbol: "key", title: t("profile.no_tokens"), text: t("profile.no_tokens_text") }));
      return;
    }
    const headings = ["profile.token_name", "profile.token_scope", "profile.token_created", "profile.token_used"].map((key) => el("th", { scope: "col" }, t(key)));
    root.replaceChildren(el("div.table-wrap", { tabindex: "0", role: "region", "aria-label": t("profile.tokens") }, el("table.table.stack-phone", {},
      el("thead", {}, el("tr", {}, headings, el("th", { scope: "col" }, el("span.visually-hidden", {}, t("common.actions"))))), el("tbody", {}, items.map(row)))));
  } catch (error) {
    root.replaceChildren(trouble(error, load));
  }
}

async function create() {
  let made = null;
  const saved = await formDialog({
    title: t("profile.new_token"), saveLabel: t("profile.create_token"),
    fields: [
      { name: "name", label: t("profile.token_name"), required: true, hint: t("profile.token_name_hint"), attributes: { maxlength: 64 } },
      { name: "scope", label: t("profile.token_scope"), value: "read", options: [["read", t("scope.read")], ["full", t("scope.full")]] },
    ],
    save: async (values) => { made = await post("/login/profile/tokens", values); },
  });
  if (!saved) return;
  showDialog(t("profile.token_made"), el("div.stack", {}, el("p.muted", {}, t("profile.token_once")), codeBlock(made.token)));
  load();
}

async function revoke(token) {
  const gone = await confirmDialog({
    title: t("profile.revoke"), text: t("profile.revoke_text", { name: token.name }), label: t("profile.revoke"), act: () => remove(`/login/profile/tokens/${token.id}`),
  });
  if (gone) {
    done(t("profile.revoked"));
    load();
  }
}

byId("new-token").addEventListener("click", create);
load();
