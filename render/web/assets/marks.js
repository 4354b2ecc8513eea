/* What moves from step to step, on a canvas over bokeh's plot: bokeh paints a whole plot anew, with
   its axes, for each change of a line. Its own tables follow where the pointer is, for exact numbers. */

const MOVING = "moving";
const FARTHEST = 10000;  // pixels

function plain(value) { return value && value.value !== undefined ? value.value : value; }

class Marks {
  /* Takes over what figures.py marks as moving; bokeh draws it unseen. */
  constructor(place, view) {
    this.view = view; this.place = place;
    this.canvas = element("canvas", {className: "marks", "aria-hidden": "true"});
    place.append(this.canvas);
    this.all = [];
    for (const renderer of view.model.renderers) {
      if (!renderer.glyph.tags.includes(MOVING)) continue;
      const {glyph} = renderer, kind = glyph.type.replace(/.*\./, "");
      this.all.push({
        name: renderer.data_source.name, source: renderer.data_source, renderer, kind, glyph,
        colour: plain(glyph.fill_color === undefined ? glyph.line_color : glyph.fill_color), rim: plain(glyph.line_color),
        alpha: plain(kind === "VArea" ? glyph.fill_alpha : glyph.line_alpha), width: plain(glyph.line_width), size: plain(glyph.size), dash: plain(glyph.line_dash),
        data: {x: [], y: []}, isBehind: false,
      });
      for (const alpha of ["line_alpha", "fill_alpha"]) if (glyph[alpha] !== undefined) glyph[alpha] = 0;
    }
    place.addEventListener("pointerenter", () => { this.isUnderPointer = true; this.settle(); });
    place.addEventListener("pointerleave", () => { this.isUnderPointer = false; });
  }

  named(name) { return this.all.find((each) => each.name === name); }

  move(name, data) {
    const mark = this.named(name);
    mark.data = data;
    mark.isBehind = true;
    if (this.isUnderPointer) this.settle();
    this.ask();
  }

  /* Give bokeh the numbers, too, which it looks up under the pointer. */
  settle() {
    for (const mark of this.all) {
      if (mark.isBehind) mark.source.data = mark.data;
      mark.isBehind = false;
    }
  }

  /* Once, however many marks have moved. */
  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    queueMicrotask(() => { this.isAsked = false; this.paint(); });
  }

  /* Where bokeh's frame is; it moves when the window does, or the numbers at an axis. */
  frameNow() {
    const {left, top, width, height} = this.view.frame.bbox;
    return [left, top, width, height, this.place.clientWidth, this.place.clientHeight, devicePixelRatio];
  }

  get isElsewhere() { return String(this.frameNow()) !== this.frame; }

  paint() {
    const [left, top, width, height, all, high, ratio] = this.frameNow(), {canvas} = this;
    this.frame = String(this.frameNow());
    const size = [Math.round(all * ratio), Math.round(high * ratio)];
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, all, high);
    context.save();
    context.beginPath();
    context.rect(left - 6, top - 6, width + 12, height + 12);
    context.clip();
    const {x_scale: across, y_scale: up} = this.view.frame;
    if (this.under) this.under(context, (x) => across.compute(x), (y) => up.compute(y));
    for (const mark of this.all) {
      if (!mark.renderer.visible || !mark.data.x.length) continue;
      Object.assign(context, {
        globalAlpha: mark.alpha, strokeStyle: mark.colour, fillStyle: mark.colour, lineWidth: mark.width,
        lineCap: mark.kind === "Line" ? "round" : "butt", lineJoin: "round",
      });
      context.setLineDash(mark.dash || []);
      this[mark.kind](context, mark, (x) => across.compute(x), (y) => up.compute(y));
    }
    context.restore();
  }

  Line(context, {data: {x, y}}, across, up) {
    context.beginPath();
    let isOn = false;
    for (let at = 0; at < x.length; at++) {
      if (!Number.isFinite(y[at])) { isOn = false; continue; }
      if (isOn) context.lineTo(across(x[at]), up(y[at])); else context.moveTo(across(x[at]), up(y[at]));
      isOn = true;
    }
    context.stroke();
  }

  /* Between two curves; what leaves the plot is cut off not far beyond it. */
  VArea(context, {data: {x, y1, y2}}, across, up) {
    const height = (y) => Math.min(Math.max(up(y), -FARTHEST), FARTHEST);
    context.beginPath();
    for (let at = 0; at < x.length; at++) context.lineTo(across(x[at]), height(y1[at]));
    for (let at = x.length - 1; at >= 0; at--) context.lineTo(across(x[at]), height(y2[at]));
    context.fill();
  }

  /* From the edge of a point to the curve. */
  Segment(context, {data: {x, y, to}}, across, up) {
    const dots = this.view.model.renderers.find(({name}) => name === "show-points");
    const radius = dots && dots.visible ? plain(dots.glyph.size) / 2 : 0;
    context.beginPath();
    for (let at = 0; at < x.length; at++) {
      const place = across(x[at]), from = up(y[at]), end = up(to[at]);
      if (!(Math.abs(end - from) > radius)) continue;
      context.moveTo(place, from + Math.sign(end - from) * radius);
      context.lineTo(place, end);
    }
    context.stroke();
  }

  Scatter(context, {data: {x, y}, size, rim, width}, across, up) {
    context.strokeStyle = rim;
    for (let at = 0; at < x.length; at++) {
      if (!Number.isFinite(y[at])) continue;
      context.beginPath();
      context.arc(across(x[at]), up(y[at]), size / 2, 0, 2 * Math.PI);
      context.fill();
      if (width) context.stroke();
    }
  }
}
