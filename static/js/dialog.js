// Dialogs: a form whose problems stand beside its fields, and the question before something is deleted.
import { el, icon } from "./dom.js";
import { t } from "./i18n.js";
import { signInAgain } from "./session.js";
import { busy } from "./states.js";

let count = 0;

/** One labelled input; { name, label, type, value, options, hint, required, unit, attributes }. */
export function field({ name, label: text, type = "text", value = "", options = null, hint = "", required = false, unit = "", attributes = {} }) {
  const id = `field-${name}-${++count}`;
  const described = `${id}-hint ${id}-problem`;
  const common = { id, name, required, "aria-describedby": described, ...attributes };
  let input;
  if (options) {
    input = el("select.select", common, options.map(([key, shown]) => el("option", { value: key, selected: key === value }, shown)));
  } else if (type === "textarea") {
    input = el("textarea.input", { ...common, value });
  } else {
    input = el("input.input", { type, autocomplete: "off", ...common, value: value ?? "" });
  }
  return el("div.field", {}, el("label", { for: id }, text),
    unit ? el("div.affix", {}, input, el("span.unit", { "aria-hidden": "true" }, unit)) : input,
    hint ? el("p.hint", { id: `${id}-hint` }, hint) : null, el("p.problem", { id: `${id}-problem` }));
}

/** Puts the problems of an ApiError beside the fields of `form`; what belongs to none is returned as one text. */
export function showProblems(form, error) {
  const left = [];
  clearProblems(form);
  for (const [name, sentence] of Object.entries(error.fields ?? {})) {
    const input = form.elements[name];
    if (!input) {
      left.push(sentence);
      continue;
    }
    input.setAttribute("aria-invalid", "true");
    document.getElementById(`${input.id}-problem`)?.replaceChildren(sentence);
  }
  const first = form.querySelector('[aria-invalid="true"]');
  first?.focus();
  return first && left.length === 0 ? "" : [...left, ...(left.length === 0 ? [error.message] : [])].join(" ");
}

export function clearProblems(form) {
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".problem")) place.replaceChildren();
}

function open(title, body, { broad = false } = {}) {
  const heading = `dialog-${++count}`;
  const close = el("button.button.quiet.icon", { type: "button", "aria-label": t("common.close"), onclick: () => dialog.close() }, icon("xmark"));
  const dialog = el(`dialog.dialog${broad ? ".broad" : ""}`, { "aria-labelledby": heading },
    el("div.dialog-head", {}, el("h2", { id: heading }, title), close), el("div.dialog-body", {}, body));
  // Not where a text was marked and the mouse let go outside.
  let pressed = null;
  dialog.addEventListener("pointerdown", (event) => { pressed = event.target; });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && pressed === dialog && !dialog.querySelector("[aria-busy]")) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** `save(values)` is awaited; what it throws is shown and the dialog stays. Resolves to true when it was saved. */
export function formDialog({ title, intro = null, fields, saveLabel = t("common.save"), danger = false, save }) {
  return new Promise((resolve) => {
    const notice = el("div.notice.bad", { role: "alert", hidden: true }, icon("circle-exclamation"), el("div"));
    const submit = el(`button.button.${danger ? "danger" : "primary"}`, { type: "submit" }, saveLabel);
    const form = el("form.form", { novalidate: true }, intro ? el("p.muted", {}, intro) : null, notice, fields.map(field),
      el("div.form-foot", {}, el("button.button", { type: "button", onclick: () => dialog.close() }, t("common.cancel")), submit));
    let saved = false;
    const dialog = open(title, form);
    dialog.addEventListener("close", () => resolve(saved));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      busy(submit, async () => {
        try {
          await save(values);
          saved = true;
          dialog.close();
        } catch (error) {
          const left = showProblems(form, error);
          notice.hidden = !left;
          notice.lastElementChild.replaceChildren(left, " ", signInAgain(error) ?? "");
        }
      });
    });
    form.querySelector("input, select, textarea")?.focus();
  });
}

export const confirmDialog = ({ title, text, label: saveLabel = t("common.delete"), act }) =>
  formDialog({ title, intro: text, fields: [], saveLabel, danger: true, save: act });

export const showDialog = (title, body, options) => open(title, body, options);
