/* Plots: bokeh's, found by the names that figures.py gives their parts, and filled. */

const BORDER = 6;  // pixels between a plot's frame and its edge, where no numbers stand

class Plot {
  constructor(place, item) { this.place = place; this.item = item; }

  async open() {
    const manager = await Bokeh.embed.embed_item(this.item, this.place);
    this.view = Array.isArray(manager) ? manager[0] : manager.roots[0];
    this.figure = this.view.model;
    this.document = this.figure.document;
    this.marks = new Marks(this.place, this.view);
    this.resize();
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  /* After what bokeh has moved. */
  follow() {
    this.square();
    if (this.marks.isElsewhere) this.marks.paint();
  }

  /* Equal scales: what the place has more than the frame needs is left free at the right and below. */
  square() {
    const {aspect} = this.place.dataset, {view, figure, place: {clientWidth: all, clientHeight: high}} = this;
    if (!aspect || !all || !high) return;
    const size = (axis) => view.views.get_one(axis).bbox;
    const left = Math.max(BORDER, size(figure.left[0]).width), below = Math.max(BORDER, size(figure.below[0]).height);
    const across = all - left - BORDER;
    // Higher than its width allows it need not be: what stands under it follows at once.
    this.place.style.maxHeight = `${across / aspect + below + BORDER}px`;
    const wide = Math.max(1, Math.min(across, (high - below - BORDER) * aspect));
    const borders = {min_border_right: all - left - wide, min_border_bottom: high - BORDER - wide / aspect};
    if (Object.entries(borders).every(([name, width]) => Math.abs(figure[name] - width) < 0.5)) return;
    figure.setv(borders);
  }

  get isOpen() { return Boolean(this.marks); }

  source(name) { return this.document.get_model_by_name(name); }

  fill(name, data) { this.source(name).data = data; }

  move(name, data) { this.marks.move(name, data); }

  /* What stands in a table, drawn by bokeh or by hand. */
  data(name) { const mark = this.marks.named(name); return mark ? mark.data : this.source(name).data; }

  part(name) { return this.figure.renderers.filter((each) => each.name === name); }

  toggle(name, isShown) {
    for (const each of this.part("show-" + name)) each.visible = isShown;
    this.marks.ask();
  }

  /* Points that were kept aside: hollow, in the colour that one of the others has. */
  fillAside(x, y, edge, colour, value = edge) { this.fill("aside", {x, y, edge, colour, value}); }

  style(number, colour, dash) {
    for (const each of this.part("style-" + number)) {
      const glyph = each.glyph, mark = this.marks.all.find(({renderer}) => renderer === each);
      if (mark) Object.assign(mark, {colour, dash: dash.length && mark.kind === "Line" ? dash : mark.dash});
      else if (glyph.line_dash !== undefined && glyph.marker === undefined) {
        glyph.line_color = colour;
        if (dash.length) glyph.line_dash = dash;
      } else {
        glyph.fill_color = colour;
      }
    }
  }

  axes({x, y}) {
    const pairs = [[this.figure.below[0], this.figure.x_range, x], [this.figure.left[0], this.figure.y_range, y]];
    for (const [axis, range, {span, ticks}] of pairs) {
      if (span) { range.start = span[0]; range.end = span[1]; }
      axis.major_label_overrides = new Map(ticks);
      axis.ticker.ticks = ticks.map(([at]) => at);
    }
  }

  /* Letters as large as the page's. */
  resize() {
    const size = parseFloat(getComputedStyle(this.place).fontSize);
    const text = Math.max(11, Math.min(size, this.place.clientWidth / 22)).toFixed(0) + "px";
    for (const axis of [this.figure.below[0], this.figure.left[0]]) {
      axis.major_label_text_font_size = text;
      axis.axis_label_text_font_size = text;
    }
    for (const label of this.figure.center) if (label.text_font_size !== undefined) label.text_font_size = text;
  }
}

/* The losses against the clock: paths to come pale, past ones solid, a marker on each. */
class LossPlot extends Plot {
  constructor(place, item, page) { super(place, item); this.page = page; }

  update() {
    const {losses, clock} = this.page.content;
    this.axes({x: {span: [0, 1.02], ticks: clock.ticks}, y: {span: [0, 1], ticks: losses.ticks}});
    this.fill("noise", losses.noise === null ? {x: [], y: []} : {x: [0, 1], y: [losses.noise, losses.noise]});
    const name = this.source("noise-name");
    name.visible = losses.noise !== null;
    if (name.visible) name.y = losses.noise;
    this.page.lines.forEach((run, number) => {
      this.style(number, run.colour, run.dash);
      const times = this.page.timesOf(run);
      this.fill("path-" + number, {
        x: run.places, y: run.heights, name: Array(run.count).fill(run.name),
        epoch: times.map((text) => `${clock.label} ${text}`), loss: run.texts.map((text) => `${losses.label} ${text}`),
      });
      this.marks.named("loss-band-" + number).colour = run.colour;
    });
  }

  show(step) {
    this.page.lines.forEach((run, number) => {
      const isShown = this.page.isOn(number), end = isShown ? run.snapshot(step) + 1 : 0;
      const hasBegun = isShown && this.page.content.clock.places[step] >= run.places[0] - 1e-6;
      const stop = hasBegun ? end : 0;
      this.move("past-" + number, {x: run.places.subarray(0, stop), y: run.path.subarray(0, stop)});
      const last = stop - 1;
      this.move("now-" + number, stop ? {x: [run.places[last]], y: [run.path[last]]} : {x: [], y: []});
      for (const each of this.part("style-" + number)) each.visible = isShown;
      this.move("loss-band-" + number, isShown && run.low ? {x: run.places, y1: run.low, y2: run.high} : {x: [], y1: [], y2: []});
    });
  }
}

/* Further numbers of a run against the clock. */
class MetricPlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  async update(chart) {
    this.chart = chart;
    this.axes({x: {span: [0, 1.02], ticks: this.page.content.clock.ticks}, y: chart.y});
    this.values = (await Rows.of(chart.values)).row(0);
    const run = this.page.runs[chart.runs[0]];
    this.fill("path-0", {x: run.places, y: this.values.subarray(0, run.count), epoch: this.page.timesOf(run)});
  }

  show(step) {
    const run = this.page.runs[this.chart.runs[0]], last = run.snapshot(step);
    this.move("past-0", {x: run.places.subarray(0, last + 1), y: this.values.subarray(0, last + 1)});
    this.move("now-0", {x: [run.places[last]], y: [this.values[last]]});
  }
}

/* Curves over one input: a fit, several outputs, or two outputs in the plane. */
class CurvePlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  update(chart) {
    this.chart = chart;
    this.axes(chart);
    this.curves = this.curvesOfAll(chart);
    this.curves.forEach(({colour, dash}, at) => this.style(at, colour, dash));
    if (chart.group === "grid") this.shrink(this.curves[0].colour);
    this.fillPoints();
    this.curves.forEach((curve, at) => {
      const {run, column} = curve;
      if (run.truth && !run.classes.length) this.fill("truth-" + at, this.line(run, run.truth, column));
    });
  }

  /* One of several side by side. */
  shrink(colour) {
    for (const each of this.part("show-points")) each.glyph.size = 5;
    Object.assign(this.marks.named("gaps") || {}, {colour, width: 1.2});
    this.marks.named("line-0").width = 3.5;
  }

  curvesOfAll({runs}) { return runs.flatMap((number) => this.curvesOf(number)); }

  curvesOf(number) {
    const run = this.page.runs[number];
    if (this.chart.kind !== "curves") {
      return [{number, run, column: 0, colour: run.colour, dash: run.dash, name: run.name}];
    }
    const colours = run.classes.length ? this.page.colours.classes : this.page.colours.lines;
    return run.names.map((name, column) => ({
      number, run, column, name, colour: colours[column % colours.length], dash: [],
    }));
  }

  fillPoints() {
    const data = {x: [], y: [], colour: []}, first = this.curves[0].run;
    const colour = this.chart.runs.length > 1 || this.page.content.layout !== "single"
      ? this.page.colours.quiet : this.page.colours.points;
    for (const {run, column, colour: own} of this.chart.kind === "curves" ? this.curves : [this.curves[0]]) {
      if (this.chart.kind === "plane") {
        for (let n = 0; n < run.y.length / 2; n++) {
          data.x.push(run.y[2 * n]); data.y.push(run.y[2 * n + 1]); data.colour.push(colour);
        }
        continue;
      }
      for (let n = 0; n < run.x.length; n++) {
        const isClass = run.classes.length > 0;
        if (isClass && run.y[n] !== column) continue;
        data.x.push(run.x[n]);
        data.y.push(isClass ? 1 : run.y[n * (run.y.length / run.x.length) + column]);
        data.colour.push(this.chart.kind === "curves" ? own : colour);
      }
    }
    this.fill("points", data);
    if (first.aside_x && this.chart.kind === "fit") {
      const count = first.aside_x.length;
      this.fillAside(first.aside_x, first.aside_y, Array(count).fill(colour), Array(count).fill(this.page.colours.axes));
    }
    this.hasGaps = this.chart.kind === "fit" && this.curves.length === 1 && first.x.length <= 200;
  }

  line(run, values, column) {
    const columns = run.columns, order = run.order;
    if (this.chart.kind === "plane") {
      return {x: order.map((at) => values[2 * at]), y: order.map((at) => values[2 * at + 1])};
    }
    return {x: order.map((at) => run.at[at]), y: order.map((at) => values[at * columns + column])};
  }

  show(step) {
    this.curves.forEach(({number, run, column, name}, at) => {
      const values = this.page.isOn(number) ? run.prediction(step) : null;
      const line = values ? this.line(run, values, column) : {x: [], y: []};
      this.move("line-" + at, {...line, name: Array(line.x.length).fill(name)});
    });
    if (this.hasGaps) this.showGaps(step);
  }

  showGaps(step) {
    const run = this.curves[0].run, values = run.prediction(step);
    if (!values || !this.page.isOn(this.curves[0].number)) { this.move("gaps", {x: [], y: [], to: []}); return; }
    const {x, y} = this.line(run, values, 0);
    const to = run.same ? values : Float32Array.from(run.x, (at) => between(x, y, at));
    this.move("gaps", {x: run.x, y: run.y, to});
  }
}

/* Groups of runs: of each the median of its curves, and between which edges most of them lie. */
class GroupPlot extends CurvePlot {
  update(chart) {
    super.update(chart);
    this.curves.forEach(({colour}, at) => {
      for (const name of ["band-", "members-"]) this.marks.named(name + at).colour = colour;
    });
  }

  curvesOfAll({lines}) {
    return lines.map((number) => {
      const {members, colour, dash, name} = this.page.lines[number], run = this.page.runs[members[0]];
      return {number, run, members: members.map((each) => this.page.runs[each]), column: 0, colour, dash, name};
    });
  }

  show(step) {
    const now = this.page.content.clock.places[step];
    this.curves.forEach(({number, run, members, name}, at) => {
      const begun = this.page.isOn(number) ? members.filter(({places}) => now >= places[0] - 1e-6) : [];
      const rows = begun.map((each) => [each, each.prediction(step)]).filter(([, values]) => values)
        .map(([each, values]) => this.atPlacesOf(run, each, values));
      const [low, middle, high] = percentiles(rows, run.at.length, [0.05, 0.5, 0.95]);
      const line = rows.length ? this.line(run, middle, 0) : {x: [], y: []};
      this.move("line-" + at, {...line, name: Array(line.x.length).fill(name)});
      const isBand = rows.length > 1;
      this.move("band-" + at, {x: isBand ? line.x : [], y1: isBand ? this.line(run, low, 0).y : [], y2: isBand ? this.line(run, high, 0).y : []});
      const each = isBand ? rows.map((values) => this.line(run, values, 0)) : [];
      this.move("members-" + at, {x: each.flatMap(({x}) => [...x, NaN]), y: each.flatMap(({y}) => [...y, NaN])});
    });
    if (this.hasGaps && this.curves[0].members.length === 1) this.showGaps(step);
  }

  /* What a run predicts where another of its group has its places. */
  atPlacesOf(run, other, values) {
    if (other.at.length === run.at.length && other.at.every((at, n) => at === run.at[n])) return values;
    const {x, y} = this.line(other, values, 0);
    return Float32Array.from(run.at, (at) => between(x, y, at));
  }
}

/* At each place these parts of all values lie below; what is no number has left the plot. */
function percentiles(rows, count, parts) {
  const results = parts.map(() => new Float32Array(count)), column = new Float64Array(rows.length);
  for (let at = 0; at < count && rows.length; at++) {
    rows.forEach((row, n) => { column[n] = Number.isNaN(row[at]) ? Infinity : row[at]; });
    column.sort();
    parts.forEach((part, n) => { results[n][at] = column[evenRound(part * (rows.length - 1))]; });
  }
  return results;
}

/* To the nearest whole number, of two the even one. */
function evenRound(value) {
  const low = Math.floor(value), rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/* How far a curve is from the truth, or the points from a curve, along x. */
class AwayPlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  update(chart) {
    this.chart = chart;
    this.axes(chart);
    this.fill("zero", {x: chart.x.span, y: [0, 0]});
  }

  show(step) {
    const run = this.page.runs[this.chart.runs[0]], values = run.prediction(step);
    if (!values) { this.move("line-0", {x: [], y: []}); return; }
    const x = run.order.map((at) => run.at[at]);
    if (this.chart.part === "error") {
      this.move("line-0", {x, y: run.order.map((at) => values[at] - run.truth[at])});
      return;
    }
    const y = run.order.map((at) => values[at]);
    this.move("line-0", {x: run.x, y: run.y.map((each, n) => each - (run.same ? values[n] : between(x, y, run.x[n])))});
  }
}

/* What a curve is at a place between two of its own. */
function between(x, y, at) {
  let low = 0, high = x.length - 1;
  if (at <= x[0]) return y[0];
  if (at >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle; else high = middle;
  }
  const part = x[high] > x[low] ? (at - x[low]) / (x[high] - x[low]) : 0;
  return y[low] + part * (y[high] - y[low]);
}

/* Predicted against true. */
class TablePlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  update(chart) {
    this.chart = chart;
    this.axes(chart);
    this.fill("diagonal", {x: chart.x.span, y: chart.x.span});
  }

  show(step) {
    const run = this.page.runs[this.chart.runs[0]], predicted = run.prediction(step);
    this.move("line-0", predicted ? {x: run.y, y: predicted} : {x: [], y: []});
    this.move("gaps", predicted ? {x: run.y, y: predicted, to: run.y} : {x: [], y: [], to: []});
  }
}
