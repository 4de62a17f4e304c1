// Texts of the page's language; the module i18n/<language>.js installs them before any page module runs.
let texts = {};
let installed = "en";

export function install(language, messages) {
  installed = language;
  texts = messages;
}

export const language = () => installed;

/** The text of `key` with each {name} replaced. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The text of a word that comes from the server (a role, a kind of alert); the word itself when it is new to us. */
export function label(prefix, word) {
  return texts[`${prefix}.${word}`] ?? String(word ?? "");
}
