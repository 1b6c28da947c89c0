// The box in the bar and the filters edit one query: where a filter changed it, the box says so too.

const box = document.getElementById("q");

document.addEventListener("htmx:after:swap", () => {
  const said = document.querySelector("#results [data-query]");
  if (said && document.activeElement !== box) box.value = said.dataset.query;
});
