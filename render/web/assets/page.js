/* The page: its parts are made here, of text alone; nothing of the page's content is markup. */

function element(name, properties = {}, ...parts) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value); else made[key] = value;
  }
  made.append(...parts.filter((part) => part !== null));
  return made;
}

const byId = (id) => document.getElementById(id);

/* The signs on buttons: drawn, since not every machine has letters for them. */
const SIGNS = {
  play: "M6 3 L18 11 L6 19 Z", pause: "M5 3 H9 V19 H5 Z M13 3 H17 V19 H13 Z",
  first: "M3 3 H6 V19 H3 Z M19 3 L7 11 L19 19 Z", last: "M3 3 L15 11 L3 19 Z M16 3 H19 V19 H16 Z",
  back: "M14 3 L6 11 L14 19", forward: "M8 3 L16 11 L8 19",
};

function sign(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  made.setAttribute("viewBox", "0 0 22 22");
  made.setAttribute("aria-hidden", "true");
  made.classList.toggle("line", name === "back" || name === "forward");
  path.setAttribute("d", SIGNS[name]);
  made.append(path);
  return made;
}

/* A stroke in the colour of what is named beside it. */
function sample(colour) {
  const made = element("span", {className: "sample"});
  made.style.background = colour;
  return made;
}

const FOLLOWED = 150;  // milliseconds until what is drawn by hand follows a plot that changed its size
const PAPER = 718;  // pixels across a sheet of A4, between its margins

class Page {
  constructor(content) {
    this.content = content;
    this.colours = content.colours;
    this.runs = []; this.groups = [];
    this.off = new Set();
    this.plots = [];
    this.player = new Player((step) => this.show(step), () => this.say());
  }

  get words() { return this.content.words; }

  /* All that bokeh draws. */
  drawn() { return [...this.plots.map(({plot}) => plot), this.lossPlot].filter((plot) => plot.marks); }

  /* What has a colour of its own: runs, or groups of runs. */
  get lines() { return this.groups.length ? this.groups : this.runs; }

  isOn(line) { return !this.off.has(line); }

  /* Of a run's snapshots the times as they are read: each stands first where it is first shown. */
  timesOf(run) {
    const texts = Array(run.count).fill("");
    run.own.forEach((snapshot, step) => { texts[snapshot] = texts[snapshot] || this.content.clock.texts[step]; });
    return texts;
  }

  async open() {
    await this.takeRuns(this.content);
    this.player.update(this.content.clock);
    this.makeReadouts(); this.makeRuns(); this.makeControls();
    await this.makePlots();
    this.makeToggles();
    await this.updatePlots();
    this.state();
    this.listen();
    setInterval(() => { for (const plot of this.drawn()) plot.follow(); }, FOLLOWED);
    const asked = new URLSearchParams(location.hash.slice(1)).get("epoch");
    if (asked !== null && Number.isFinite(Number(asked))) this.player.step = this.stepAt(Number(asked));
    else if (this.content.live) { this.player.step = this.player.count - 1; this.player.following = true; }
    await Promise.all(this.blocksAt(this.player.step).map(([blocks, number]) => blocks.unpackAt(number)));
    this.show(this.player.step);
    this.say();
    requestAnimationFrame(() => setTimeout(() => { document.body.dataset.ready = performance.now().toFixed(0); }));
    this.unpackAll();
  }

  /* All that has numbers of each snapshot, and which of them stands at a step. */
  blocksAt(step) {
    const inside = this.plots.filter(({plot}) => plot.rows).map(({plot, chart}) => [plot.rows, this.runs[chart.runs[0]]]);
    return [...this.runs.map((run) => [run.predictions, run]), ...inside].map(([blocks, run]) => [blocks, run.snapshot(step)]);
  }

  async unpackAll() { for (const [blocks] of this.blocksAt(0)) await blocks.unpackAll(); }

  async takeRuns({runs, groups}) {
    const updated = (all, Kind, contents) => contents.map((content, number) => {
      all[number] = all[number] || new Kind();
      return all[number].update(content);
    });
    await Promise.all([...updated(this.runs, Run, runs), ...updated(this.groups, Group, groups)]);
  }

  stepAt(time) {
    let step = 0;
    this.content.clock.times.forEach((at, number) => { if (at <= time) step = number; });
    return step;
  }

  async update(content) {
    const {library, colours, ...rest} = content;
    Object.assign(this.content, rest);
    await this.takeRuns(content);
    this.player.update(content.clock);
    await this.updatePlots();
    await this.unpackAll();
    this.state();
    this.limitSlider();
    this.show(this.player.step);
  }

  async updatePlots() {
    this.lossPlot.update();
    for (const {plot, at} of this.plots) if (plot.isOpen) await plot.update(this.content.charts[at]);
    this.applyToggles();
  }

  makeReadouts() {
    const {clock, losses} = this.content;
    this.epoch = element("dd", {id: "epoch"});
    const pairs = [element("div", {}, element("dt", {}, clock.label), this.epoch)];
    if (this.runs.length === 1) {
      this.loss = element("dd", {id: "loss"});
      pairs.push(element("div", {className: "loss"}, element("dt", {}, losses.label), this.loss));
      if (this.content.charts.some(({kind}) => kind === "regions")) {
        this.wrong = element("dd", {id: "wrong"});
        pairs.push(element("div", {}, element("dt", {}, this.words.wrong), this.wrong));
      }
    }
    byId("readouts").replaceChildren(...pairs);
  }

  /* The runs of a comparison, or its groups: each can be switched off. */
  makeRuns() {
    this.numbers = [];
    if (this.runs.length === 1) return;
    const rows = this.lines.map((run, number) => {
      const box = element("input", {type: "checkbox", checked: true, id: "run-" + number});
      box.addEventListener("change", () => {
        if (box.checked) this.off.delete(number); else this.off.add(number);
        this.applyToggles();
        this.show(this.player.step);
      });
      const value = element("span", {className: "number"});
      this.numbers.push(value);
      const name = element("label", {htmlFor: box.id}, box, sample(run.colour), run.name);
      const why = run.status ? element("span", {className: "why"}, run.status) : null;
      return element("li", {}, name, value, why);
    });
    for (const [name, why] of this.content.failures) {
      rows.push(element("li", {}, element("span", {}, name), element("span", {className: "why"}, why)));
    }
    const remark = this.content.groups_remark;
    if (remark) rows.push(element("li", {className: "remark"}, remark));
    byId("runs").replaceChildren(element("ul", {"aria-label": this.words.page_runs}, ...rows));
  }

  makeControls() {
    const {words, player} = this;
    const button = (id, name, act) => {
      const made = element("button", {type: "button", id, "aria-label": name, title: name}, sign(id));
      made.addEventListener("click", act);
      return made;
    };
    const still = (act) => () => { player.pause(); act(); this.say(); };
    this.playButton = button("play", words.page_play, () => (player.isPlaying ? player.pause() : player.play()));
    this.slider = element("input", {type: "range", id: "position", min: 0, step: "any", "aria-label": words.page_position});
    this.slider.addEventListener("input", () => { player.isPlaying = false; player.toPlace(Number(this.slider.value)); this.say(); });
    const speed = element("select", {id: "speed", "aria-label": words.page_speed, title: words.page_speed},
      ...[0.25, 0.5, 1, 2, 4, 8].map((each) => element("option", {value: each, selected: each === 1}, each + " ×")));
    speed.addEventListener("change", () => { player.speed = Number(speed.value); });
    byId("controls").replaceChildren(
      button("first", words.page_first, still(() => player.go(0))),
      button("back", words.page_back, still(() => player.go(player.step - 1))),
      this.playButton,
      button("forward", words.page_forward, still(() => player.go(player.step + 1))),
      button("last", words.page_last, still(() => player.go(player.count - 1))),
      this.slider, speed);
    this.limitSlider();
  }

  limitSlider() {
    const {places} = this.player;
    this.slider.min = places[0];
    this.slider.max = places[places.length - 1];
  }

  frame(place, name, label) {
    const plot = element("div", {className: "plot"});
    const caption = element("figcaption", {}, element("span", {}, name));
    const made = element("figure", {role: "group", "aria-label": label}, name ? caption : null, plot);
    place.append(made);
    return {made, plot, caption};
  }

  async makePlots() {
    const {content} = this, charts = byId("charts");
    const several = content.charts.filter(({group}) => group === "grid").length;
    const across = Math.ceil(Math.sqrt(several));
    charts.style.setProperty("--across-wide", across);
    for (const [at, chart] of content.charts.entries()) {
      const run = this.runs[chart.runs[0]], name = chart.name || "";
      const label = [chart.name, chart.y.name, chart.x.name].filter(Boolean).join(", ") || this.words.legend_prediction;
      if (chart.kind === "confusion") {
        this.plots.push({at, chart, plot: new Confusion(charts, this, run), made: charts.lastChild});
        continue;
      }
      const {made, plot: place, caption} = this.frame(charts, name, label);
      const kinds = {
        scatter: TablePlot, metric: MetricPlot, away: AwayPlot, field: FieldPlot, regions: FieldPlot,
        picture: FieldPlot, units: UnitPlot, weights: WeightPlot, tiles: TilePlot,
      };
      const plot = new (kinds[chart.kind] || (chart.lines ? GroupPlot : CurvePlot))(place, content.plots[at], this, chart);
      if (chart.group === "grid") {
        caption.title = name;
        caption.firstChild.style.color = run.colour;
        plot.number = element("span", {className: "number"});
        caption.append(plot.number);
      }
      if (chart.part) made.classList.add("beside");
      if (chart.grid || ["plane", "scatter", "tiles"].includes(chart.kind)) this.shape(place, chart);
      if (chart.kind === "weights") caption.append(this.scaleOf(chart));
      this.plots.push({at, chart, plot, made});
      if (!this.keyed) this.makeKey(made, chart, run);
    }
    const {plot: place} = this.frame(byId("losses"), content.losses.heading, content.losses.label + ", " + content.clock.name);
    this.lossPlot = new LossPlot(place, content.losses.plot, this);
    const layout = content.layout === "single" ? "" : content.layout;
    this.choose(content.charts.some(({group}) => group === layout) ? layout : "grid", false);
    const first = this.plots.filter(({made}) => !made.hidden);
    await Promise.all([...first.map(({plot}) => plot.open()), this.lossPlot.open()]);
    this.lossPlot.figure.on_event("tap", ({x}) => { this.player.pause(); this.player.toPlace(x); this.say(); });
    const beside = this.plots.filter(({chart}, at) => chart.part || (chart.kind === "metric" && at > 0)).length;
    if (beside) charts.dataset.beside = beside > 3 ? "many" : "few";
    charts.style.setProperty("--down", beside > 3 ? Math.ceil(beside / 2) : beside);
    if (!this.plots.length) charts.remove();
  }

  /* Equal scales on both axes, where that leaves neither too narrow; of a picture always. */
  shape(place, {kind, x, y, ...tiles}) {
    const down = Math.ceil(tiles.count / tiles.across);
    const aspect = kind === "tiles" ? tiles.aspect * tiles.across / down : (x.span[1] - x.span[0]) / (y.span[1] - y.span[0]);
    if (kind !== "tiles" && kind !== "picture" && (aspect < 0.8 || aspect > 1.6)) return;
    place.dataset.aspect = aspect;
    place.style.setProperty("--aspect", aspect);
  }

  /* Which colour is which output, class or value. */
  makeKey(place, chart, run) {
    let parts = [];
    if (chart.kind === "field") {
      const {low, high, colours} = chart.values, bar = element("span", {className: "bar"});
      bar.style.background = `linear-gradient(to right, ${colours.filter((_, at) => at % 16 === 0).join(", ")})`;
      parts = [element("li", {}, exact(Number(low.toPrecision(3))), bar, exact(Number(high.toPrecision(3))))];
    } else if (chart.kind === "curves" || chart.kind === "regions") {
      const colours = run.classes.length ? this.colours.classes : this.colours.lines;
      parts = run.names.map((name, at) => element("li", {}, sample(colours[at % colours.length]), name));
    }
    if (!parts.length) return;
    this.keyed = true;
    place.append(element("ul", {className: "key"}, ...parts));
  }

  /* What the colours of weights mean. */
  scaleOf({largest, colours}) {
    const bar = element("span", {className: "bar"}), ends = [-largest, largest].map((each) => exact(each).replace("-", "−"));
    bar.style.background = `linear-gradient(to right, ${colours.filter((_, at) => at % 2 === 0).join(", ")})`;
    return element("span", {className: "scale"}, ends[0], bar, ends[1]);
  }

  /* Of a comparison all curves in one plot, or each in its own. */
  async choose(layout, isLater = true) {
    for (const {chart, made} of this.plots) made.hidden = Boolean(chart.group) && chart.group !== layout;
    const charts = byId("charts"), isGrid = layout === "grid" && this.plots.filter(({chart}) => chart.group === layout).length > 1;
    charts.toggleAttribute("data-many", isGrid);
    charts.style.setProperty("--across", isGrid ? charts.style.getPropertyValue("--across-wide") : 1);
    if (!isLater) return;
    for (const {plot, made, at} of this.plots) {
      if (made.hidden || plot.isOpen) continue;
      await plot.open();
      await plot.update(this.content.charts[at]);
    }
    this.applyToggles();
    this.show(this.player.step);
  }

  makeToggles() {
    const {words} = this, made = [];
    const box = (id, name, isOn, act) => {
      const input = element("input", {type: "checkbox", id: "show-" + id, checked: isOn});
      input.addEventListener("change", () => act(input.checked));
      made.push(element("label", {}, input, name));
    };
    this.parts = {};
    const part = (name, text, isThere, isOn = true) => {
      if (!isThere) return;
      this.parts[name] = isOn;
      box(name, text, isOn, (value) => { this.parts[name] = value; this.applyToggles(); });
    };
    const kinds = new Set(this.content.charts.map(({kind}) => kind));
    const has = (...some) => some.some((kind) => kinds.has(kind));
    part("points", words.legend_data, has("fit", "curves", "plane", "field", "regions") && this.runs[0].x && this.runs[0].x.length);
    part("aside", words.kept_aside, has("fit", "field", "regions") && this.runs.some((run) => run.aside_x));
    part("gaps", words.page_gaps, has("scatter") || this.plots.some(({chart}) => chart.kind === "fit" && chart.runs.length === 1 && this.runs[0].x.length <= 200));
    part("truth", words.legend_truth, has("fit", "curves", "plane") && this.runs.some((run) => run.truth), this.content.truth);
    part("band", "5–95 %", this.groups.length);
    part("members", words.page_members, this.groups.length, false);
    box("losses", this.content.losses.label, true, (value) => { byId("losses").hidden = !value; });
    this.plots.filter(({chart}) => chart.kind === "metric" || chart.part).forEach(({chart, made: figure}, number) => {
      box("panel-" + number, chart.name, true, (value) => { figure.hidden = !value; this.show(this.player.step); });
    });
    const layouts = new Set(this.content.charts.map(({group}) => group).filter(Boolean));
    if (layouts.size > 1) {
      const select = element("select", {id: "layout", "aria-label": words.page_shown},
        ...["grid", "overlay"].map((each) => element("option", {value: each, selected: each === this.content.layout}, words["page_" + each])));
      select.addEventListener("change", () => this.choose(select.value));
      made.unshift(select);
    }
    byId("shown").replaceChildren(...made);
  }

  applyToggles() {
    for (const plot of this.drawn()) {
      for (const [name, isShown] of Object.entries(this.parts || {})) plot.toggle(name, isShown);
    }
  }

  listen() {
    const steps = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10};
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const {target, key} = event, {player} = this;
      if (target.tagName === "SELECT" || (key === " " && ["BUTTON", "INPUT"].includes(target.tagName) && target !== this.slider)) return;
      if (key === " ") { if (player.isPlaying) player.pause(); else player.play(); }
      else if (key === "Home" || key === "End") { player.pause(); player.go(key === "Home" ? 0 : player.count - 1); }
      else if (key in steps) { player.pause(); player.go(player.step + steps[key]); }
      else return;
      event.preventDefault();
      this.say();
    });
    window.addEventListener("beforeprint", () => this.freeze());
    window.addEventListener("afterprint", () => this.thaw());
    for (const {plot, chart} of this.plots) {
      if (plot.view && chart.grid) this.readUnder(plot, chart);
      if (plot.view && plot.read) {
        const line = this.lineUnder(plot);
        plot.figure.on_event("mousemove", ({x, y}) => { line.textContent = plot.read(x, y, this.player.step); });
      }
    }
  }

  lineUnder(plot) {
    const line = element("p", {className: "under"});
    plot.place.after(line);
    return line;
  }

  /* On paper all plots keep the sizes that they have on the screen. */
  freeze() {
    const {clientWidth: wide} = document.body;
    document.body.style.setProperty("--printed-width", `${wide}px`);
    document.body.style.setProperty("--printed-scale", Math.min(1, PAPER / wide));
    const held = [...document.querySelectorAll("#plots, #charts, .plot")].map((each) => {
      const {gridTemplateColumns: columns} = getComputedStyle(each), {clientWidth, clientHeight, style} = each;
      return [each, style.cssText, {width: `${clientWidth}px`, gridTemplateColumns: columns}, `${clientHeight}px`];
    });
    this.held = held.map(([each, before]) => [each, before]);
    for (const [{classList, style}, , sizes, height] of held) {
      Object.assign(style, sizes);
      if (classList.contains("plot")) Object.assign(style, {height, flex: "none"});
    }
  }

  thaw() { for (const [each, before] of this.held || []) each.style.cssText = before; }

  /* What the network says under the pointer. */
  readUnder(plot, chart) {
    const line = this.lineUnder(plot);
    plot.figure.on_event("mousemove", ({x, y}) => {
      const {rows, columns, down} = chart.grid, {x: {span: [left, right]}, y: {span: [low, high]}} = chart;
      const run = this.runs[chart.runs[0]], all = run.prediction(this.player.step);
      const values = all && chart.part ? (chart.part === "error" ? plot.errorOf(all) : plot.target) : all;
      const count = values ? values.length / (rows * columns) : 0;
      const i = Math.floor((x - left) / (right - left) * columns), j = Math.floor((y - low) / (high - low) * rows);
      if (!values || i < 0 || j < 0 || i >= columns || j >= rows) { line.textContent = ""; return; }
      const at = ((down ? rows - 1 - j : j) * columns + i) * count;
      const said = Array.from(values.subarray(at, at + count), (value, k) =>
        (count > 1 ? run.names[k] + " " : "") + exact(value));
      line.textContent = `(${exact(x)}, ${exact(y)}): ${said.join(", ")}`;
    });
  }

  show(step) {
    const {clock} = this.content, packed = this.blocksAt(step).filter(([blocks, number]) => !blocks.isUnpacked(number));
    if (packed.length) {
      Promise.all(packed.map(([blocks, number]) => blocks.unpackAt(number))).then(() => this.show(this.player.step));
      return;
    }
    for (const {plot, made} of this.plots) if (!made.hidden && plot.isOpen) plot.show(step);
    this.lossPlot.show(step);
    this.epoch.textContent = clock.texts[step];
    this.lines.forEach((run, number) => {
      const hasBegun = clock.places[step] >= run.places[0] - 1e-6;
      const text = hasBegun ? run.texts[run.snapshot(step)] : "";
      if (this.numbers.length) this.numbers[number].textContent = text; else this.loss.textContent = text;
      for (const {plot, chart} of this.plots) {
        if (plot.number && (chart.lines || chart.runs)[0] === number) plot.number.textContent = text;
      }
    });
    const field = this.plots.find(({plot}) => plot.wrong !== undefined);
    if (field && this.wrong) this.wrong.textContent = field.plot.wrong;
    this.showCaption(step);
    this.slider.value = clock.places[step];
    this.slider.setAttribute("aria-valuetext", this.sentence(step));
    document.body.dataset.step = step;
  }

  showCaption(step) {
    const line = byId("caption"), {clock, caption} = this.content;
    let [, text, isWarning] = clock.captions[0];
    for (const each of clock.captions) if (each[0] <= step) [, text, isWarning] = each;
    line.textContent = caption || text;
    line.classList.toggle("warning", !caption && isWarning);
  }

  sentence(step) {
    const {clock, losses} = this.content, told = [`${clock.label} ${clock.texts[step]}`];
    this.lines.forEach((run, number) => {
      if (this.isOn(number)) told.push(`${run.name || losses.label} ${run.texts[run.snapshot(step)]}`);
    });
    return told.join(", ");
  }

  /* Read out what stands still; while it plays, only that it does. */
  say() {
    const {player, words} = this, name = player.isPlaying ? words.page_pause : words.page_play;
    this.playButton.replaceChildren(sign(player.isPlaying ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", name);
    this.playButton.title = name;
    clearTimeout(this.saying);
    if (player.isPlaying) return;
    this.saying = setTimeout(() => {
      byId("spoken").textContent = [this.sentence(player.step), byId("caption").textContent].filter(Boolean).join(". ");
    }, 250);
  }

  state() {
    byId("note").textContent = this.content.form ? this.words.page_rounded : "";
    byId("state").textContent = this.content.state || "";
  }
}

/* How many of each class were taken for which. */
class Confusion {
  constructor(place, page, run) {
    this.page = page; this.run = run;
    const count = run.classes.length, {words} = page;
    this.cells = Array.from({length: count}, () => Array.from({length: count}, () => element("td")));
    const head = element("tr", {}, element("th", {scope: "col"}, `${words.true} \\ ${words.predicted}`),
      ...run.classes.map((name) => element("th", {scope: "col"}, name)));
    const rows = this.cells.map((cells, n) => element("tr", {}, element("th", {scope: "row"}, run.classes[n]), ...cells));
    place.append(element("figure", {}, element("table", {className: "confusion"}, head, ...rows)));
  }

  get isOpen() { return true; }

  open() {}

  update() {}

  show(step) {
    const {run, cells} = this, count = cells.length, values = run.prediction(step);
    const numbers = cells.map(() => Array(count).fill(0)), ground = rgb(this.page.colours.axes);
    for (let n = 0; values && n < run.y.length; n++) {
      const row = values.subarray(n * count, (n + 1) * count);
      numbers[run.y[n]][row.indexOf(Math.max(...row))]++;
    }
    numbers.forEach((row, n) => {
      const all = row.reduce((sum, each) => sum + each, 0) || 1;
      row.forEach((number, k) => {
        const cell = cells[n][k], full = rgb(this.page.colours.classes[k % this.page.colours.classes.length]);
        cell.textContent = number;
        cell.classList.toggle("right", n === k);
        cell.style.background = `rgb(${ground.map((part, c) => Math.round(part + DEEPEST * number / all * (full[c] - part)))})`;
      });
    });
  }
}
