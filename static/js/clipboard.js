// Text to the clipboard, also where browsers offer none: on plain HTTP.

/** Marks all of `node`, so that it is copied by hand where we can't. */
function mark(node) {
  getSelection().selectAllChildren(node);
}

/** Copies the text that `node` shows; true when it is on the clipboard, else it is marked. */
export async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    mark(node);
    return document.execCommand("copy");
  }
}
