// What people have typed and not saved yet: it must not go without their word.
const forms = [];

/** `isChanged()` tells of a form on this page. */
export const watchForm = (isChanged) => forms.push(isChanged);

export const isAnythingUnsaved = () => document.querySelector("dialog[open]") !== null || forms.some((isChanged) => isChanged());
