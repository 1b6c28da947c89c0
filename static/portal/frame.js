// What every page has: preferences, copying, toasts, ticked rows. One listener each on the document, so that parts
// replaced by htmx need no wiring.

const root = document.documentElement;

// Preferences live in cookies: the server writes them into <html> and <body>, so a page never flashes the other theme.
document.addEventListener("change", ({ target }) => {
  const name = target.dataset?.preference;
  if (!name) return;
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `charter_${name}=${encodeURIComponent(target.value)};path=/;max-age=31536000;samesite=lax${secure}`;
  (name === "keys" ? document.body : root).dataset[name] = target.value;
  document.dispatchEvent(new CustomEvent(`charter:${name}`));
});

export function toast(text) {
  const item = Object.assign(document.createElement("div"), { className: "toast", textContent: text });
  document.getElementById("toasts").append(item);
  setTimeout(() => item.remove(), 6000);
}
// A response says so with the header HX-Trigger: {"toast": {"value": "Saved"}}
document.addEventListener("toast", ({ detail }) => toast(detail.value));
document.addEventListener("htmx:error", () => toast("Charter could not be reached. What you see may be old; try again."));

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-copy-code]");
  if (!button) return;
  const text = button.dataset.copy ?? button.parentElement.querySelector("code").textContent;
  const word = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = word), 1500);
  } catch {
    // Browsers refuse the clipboard on plain http: the text is then selected or shown, ready for the copy key.
    const code = button.parentElement.querySelector("code");
    code ? getSelection().selectAllChildren(code) : prompt("Copy this:", text);
  }
});

function countTicks(form) {
  const bar = form?.querySelector(".selection");
  if (!bar) return;
  const boxes = [...form.querySelectorAll("[data-select]")];
  const ticked = boxes.filter((box) => box.checked).length;
  bar.querySelector("[data-selected-count]").textContent = ticked;
  const isFull = ticked >= Number(bar.dataset.limit || Infinity);
  for (const box of boxes) box.disabled = isFull && !box.checked;
}
document.addEventListener("change", ({ target }) => target.matches("[data-select]") && countTicks(target.form));
document.addEventListener("reset", ({ target }) => setTimeout(() => countTicks(target)));
