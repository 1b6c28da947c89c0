// The graph under the keyboard: left and right walk edges, up and down the boxes of a column; it opens at what was asked
// for. Boxes are numbered as they are in the document, and edges name their two ends: nothing else is known here.

const boxesOf = (graph) => [...graph.querySelectorAll(".box")];
const middle = (box) => box.querySelector("rect").getBoundingClientRect();

function nearest(boxes, from) {
  const away = (box) => Math.abs(middle(box).top - middle(from).top);
  return boxes.sort((one, other) => away(one) - away(other))[0];
}

function beside(graph, from, step) {
  const boxes = boxesOf(graph);
  const here = boxes.indexOf(from);
  const ends = [...graph.querySelectorAll("[data-ends]")].map((edge) => edge.dataset.ends.split(" ").map(Number));
  const there = ends.filter((pair) => pair[step < 0 ? 1 : 0] === here).map((pair) => boxes[pair[step < 0 ? 0 : 1]]);
  return nearest(there, from);
}

function above(graph, from, step) {
  const column = boxesOf(graph).filter((box) => Math.abs(middle(box).left - middle(from).left) < 1);
  return column[column.indexOf(from) + step];
}

const steps = {
  ArrowLeft: [beside, -1],
  ArrowRight: [beside, 1],
  ArrowUp: [above, -1],
  ArrowDown: [above, 1],
};

document.addEventListener("keydown", (event) => {
  const graph = event.target.closest(".lineage");
  const from = event.target.closest(".box");
  if (!from || !steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  const [way, step] = steps[event.key];
  way(graph, from, step)?.querySelector("a").focus();
  event.preventDefault();
});

// The edges of the box with the focus stand out.
document.addEventListener("focusin", ({ target }) => {
  const graph = target.closest(".lineage");
  if (!graph) return;
  const here = String(boxesOf(graph).indexOf(target.closest(".box")));
  for (const edge of graph.querySelectorAll("[data-ends]"))
    edge.classList.toggle("lit", edge.dataset.ends.split(" ").includes(here));
});

for (const frame of document.querySelectorAll(".graph-box")) {
  const start = frame.querySelector(".start rect")?.getBoundingClientRect();
  if (!start) continue;
  const seen = frame.getBoundingClientRect();
  frame.scrollLeft += start.left + start.width / 2 - seen.left - seen.width / 2;
  frame.scrollTop += start.top + start.height / 2 - seen.top - seen.height / 2;
}
