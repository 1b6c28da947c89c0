// <charter-figure src="…json" library="…plotly.min.js">: draws when it comes into view, with the page's colours.
// Plotly is 1.5 MB gzipped, so it is fetched by the first figure that is looked at and by nothing else.

// So that the content security policy can forbid inline styles here too: Plotly writes its rules into the sheet of the
// element with the first id, which becomes our own; the map library inside it, never used, adds none if the second exists.
document.querySelector("link[rel=stylesheet]").id = "plotly.js-style-global";
const mapStyles = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
document.head.append(Object.assign(document.createElement("template"), { id: mapStyles }));

let plotly;
const load = (url) =>
  (plotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: () => resolve(window.Plotly) });
    script.onerror = () => reject(new Error("the chart library could not be loaded"));
    document.head.append(script);
  }));

// Tokens are light-dark() pairs: only a computed colour says which half applies now.
function token(name, probe) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

function themed(layout, element) {
  const [text, muted, border, accent] = ["text", "muted", "border", "link"].map((name) => token(name, element));
  const axis = { gridcolor: border, linecolor: border, zerolinecolor: border, tickcolor: border, color: muted, automargin: true };
  const limit = { color: token("warn", element), width: 1, dash: "dash" };
  const axes = Object.keys({ xaxis: 0, yaxis: 0, ...layout }).filter((key) => /^[xy]axis\d*$/.test(key));
  return {
    margin: { l: 48, r: 16, t: 16, b: 40 }, height: 280, colorway: [accent, token("warn", element), token("pii", element), muted],
    hovermode: "x unified", legend: { orientation: "h", y: -0.2 }, ...layout,
    paper_bgcolor: "transparent", plot_bgcolor: "transparent",
    font: { color: text, family: getComputedStyle(document.body).fontFamily, size: 12 },
    hoverlabel: { bgcolor: token("raised", element), bordercolor: border, font: { color: text } },
    shapes: (layout.shapes ?? []).map((shape) => ({ ...shape, line: { ...limit, ...shape.line } })),
    ...Object.fromEntries(axes.map((key) => [key, { ...layout[key], ...axis }])),
  };
}

class CharterFigure extends HTMLElement {
  connectedCallback() {
    this.redraw = () => this.figure && this.draw();
    document.addEventListener("charter:theme", this.redraw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.redraw);
    this.watch = new IntersectionObserver(([entry]) => entry.isIntersecting && this.fetch(), { rootMargin: "200px" });
    this.watch.observe(this);
  }

  disconnectedCallback() {
    this.watch.disconnect();
    document.removeEventListener("charter:theme", this.redraw);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.redraw);
    window.Plotly?.purge(this);
  }

  async fetch() {
    this.watch.disconnect();
    try {
      const response = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      this.figure = await response.json();
      await this.draw();
    } catch (error) {
      this.textContent = `This chart could not be drawn: ${error.message}. The table below has the same figures.`;
      this.classList.add("muted");
    }
  }

  async draw() {
    const library = await load(this.getAttribute("library"));
    const probe = this.appendChild(document.createElement("i"));
    const layout = themed(this.figure.layout ?? {}, probe);
    probe.remove();
    await library.react(this, this.figure.data, layout, { responsive: true, displaylogo: false, displayModeBar: false });
  }
}
customElements.define("charter-figure", CharterFigure);
