// Accounts: who may sign in, and as what.
import "./shell.js";
import { post, put, remove } from "./request.js";
import { confirmDialog, formDialog } from "./dialog.js";
import { byId, el, icon } from "./dom.js";
import * as format from "./format.js";
import { label, t } from "./i18n.js";
import { username } from "./session.js";
import { pagedTable } from "./table.js";
import { done } from "./toast.js";

const roles = () => [["user", t("role.user")], ["admin", t("role.admin")]];

const form = (account = null) => [
  { name: "username", label: t("accounts.username"), value: account?.username, required: true, hint: t("accounts.username_hint"), attributes: { maxlength: 64, autocapitalize: "none", spellcheck: "false" } },
  { name: "email", label: t("accounts.email"), type: "email", value: account?.email, required: true, attributes: { maxlength: 254 } },
  { name: "role", label: t("accounts.role"), value: account?.role ?? "user", options: roles(), hint: t("accounts.role_hint") },
  { name: "password", label: t(account ? "accounts.new_password" : "accounts.password"), type: "password", required: !account, hint: t(account ? "accounts.new_password_hint" : "accounts.password_hint"), attributes: { autocomplete: "new-password", maxlength: 1024 } },
];

function values(entered) {
  if (entered.password === "") delete entered.password;
  return entered;
}

async function create() {
  const saved = await formDialog({ title: t("accounts.add"), fields: form(), saveLabel: t("accounts.create"), save: (entered) => post("/login/accounts", values(entered)) });
  if (saved) changed(t("accounts.created"));
}

async function edit(account) {
  const saved = await formDialog({ title: t("accounts.edit"), fields: form(account), save: (entered) => put(`/login/accounts/${account.id}`, values(entered)) });
  if (saved) changed(t("accounts.saved"));
}

async function drop(account) {
  const gone = await confirmDialog({
    title: t("accounts.delete"), text: t("accounts.delete_text", { name: account.username }), act: () => remove(`/login/accounts/${account.id}`),
  });
  if (gone) changed(t("accounts.deleted"));
}

function changed(message) {
  done(message);
  list.reload();
}

const tool = (symbol, title, action) => el("button.button.quiet.icon", { type: "button", title, "aria-label": title, onclick: action }, icon(symbol));

const list = pagedTable({
  root: byId("list"), url: "/login/accounts/json", title: t("title.accounts"), search: byId("search"),
  none: { symbol: "users", title: t("accounts.none") },
  columns: [
    { title: t("accounts.username"), cell: (account) => el("span", {}, account.username, account.username === username() ? el("span.badge.ml-2", {}, t("accounts.you")) : null) },
    { title: t("accounts.email"), cell: (account) => account.email },
    { title: t("accounts.role"), cell: (account) => el(`span.badge${account.role === "admin" ? ".info" : ""}`, {}, label("role", account.role)) },
    { title: t("accounts.created_at"), cell: (account) => format.dateTime(account.createdDate) },
    { title: t("accounts.last_login"), cell: (account) => format.ago(account.last_login_at) },
    { title: "", kind: "tools", cell: (account) => el("span", {}, tool("pen", t("accounts.edit"), () => edit(account)), tool("trash", t("accounts.delete"), () => drop(account))) },
  ],
});

byId("add").addEventListener("click", create);
