// The palette (Ctrl K, Command K) and the suggestions under every search box. htmx fetches the options; this walks them.
// Focus stays in the input and aria-activedescendant names the option, as the combobox pattern asks.

const palette = document.getElementById("palette");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]")].filter((option) => !option.hidden);

function mark(input, option) {
  for (const other of optionsOf(input)) other.setAttribute("aria-selected", other === option);
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.id ||= `${input.id}-option-${optionsOf(input).indexOf(option)}`;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

// An option either leads somewhere or completes the word being typed, such as "entity:us" to "entity:user".
function choose(input, option) {
  if (!option.dataset.insert) return option.click();
  input.value = input.value.replace(/\S*$/, option.dataset.insert);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    return palette.open ? palette.close() : palette.showModal();
  }
  const input = event.target.closest("[role=combobox]");
  if (!input) return;
  const options = optionsOf(input);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1;
    mark(input, options.at(next % options.length));
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    choose(input, options[at]);
  } else if (event.key === "Escape" && options.length && !palette?.open) {
    event.preventDefault();
    listOf(input).replaceChildren();
    input.setAttribute("aria-expanded", "false");
  }
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option][data-insert]");
  if (!option) return;
  event.preventDefault();
  const input = document.querySelector(`[aria-controls="${option.closest("[role=listbox]").id}"]`);
  choose(input, option);
  input.focus();
});

// The pages in the palette are there already: they are narrowed here, without asking the server.
document.addEventListener("input", ({ target }) => {
  if (target.id !== "palette-input") return;
  const pages = document.getElementById("palette-pages");
  const typed = target.value.trim().toLowerCase();
  for (const link of pages.querySelectorAll("a")) link.hidden = !link.textContent.toLowerCase().includes(typed);
  pages.hidden = !pages.querySelector("a:not([hidden])");
  if (!typed) document.getElementById("palette-found").replaceChildren();
});

// Pressing an option must not take the focus first: the list hides when its box loses it.
document.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const input = detail.ctx.sourceElement;
  if (!input.matches?.("[role=combobox]")) return;
  const { length } = optionsOf(input);
  input.setAttribute("aria-expanded", length > 0);
  input.removeAttribute("aria-activedescendant");
  document.getElementById("announce").textContent = length === 1 ? "1 suggestion" : `${length} suggestions`;
});
