// The keyboard: j and k walk rows, x ticks one, "/" searches, "?" lists the keys. Every other key belongs to the element
// that names it in data-key ("y", "g h"), which is then clicked; so a page brings its own keys and ? can list them.

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
const rowHere = () => document.activeElement?.closest("[data-row]");
let prefix = "";

function walk(step) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(rowHere()) + step, 0), all.length - 1)];
  next?.querySelector("[data-open], a")?.focus();
}

const own = {
  j: () => walk(1),
  k: () => walk(-1),
  x: () => rowHere()?.querySelector("[data-select]")?.click(),
  "/": () => (document.querySelector("main [role=search] input") ?? document.getElementById("q"))?.focus(),
  "?": () => document.getElementById("key-list").showModal(),
};

function press(key) {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const button = rowHere()?.querySelector(selector) ?? document.querySelector(selector);
  if (!button && !own[key]) return false;
  if (own[key]) own[key]();
  else if (button.matches("input, textarea, select")) button.focus();
  else button.click();
  return true;
}

function isTyping({ target }) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  // Out of a field, so that keys belong to the page again.
  if (event.key === "Escape" && isTyping(event) && !event.target.closest("dialog, [role=search]")) event.target.blur();
  if (document.body.dataset.keys === "off" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = prefix + event.key;
  prefix = "";
  if (press(key)) return event.preventDefault();
  if (event.key === "g") {
    prefix = "g ";
    setTimeout(() => (prefix = ""), 1200);
  }
});

document.addEventListener("click", ({ target }) => target.closest("[data-key-list]") && own["?"]());
