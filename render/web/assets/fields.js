/* Over two inputs: a colour for each number, regions of classes, pictures. */

const FINE = 240;  // pixels of an image, along its longer side, or a little more
const DEEPEST = 0.48;
const EDGE = 2.2;  // how wide a boundary is, in pixels of the image

function rgb(colour) { return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)); }

/* An image of whole pixels; the first row is the lowest. */
function opaque(red, green, blue) { return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; }

/* A pixel with some of another colour over it. */
function mixed(pixel, colour, part) {
  const own = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  return opaque(...own.map((each, c) => Math.round(each + part * (colour[c] - each))));
}

/* How many pixels a place of the grid has along each side. */
function finenessOf({rows, columns}) { return Math.max(1, Math.ceil(FINE / Math.max(rows, columns))); }

/* A grid of values made finer, in straight lines between its places. */
function finer(values, {rows, columns, down: isDown}, stride, column) {
  const times = finenessOf({rows, columns}), height = rows * times, width = columns * times;
  const out = new Float32Array(height * width), across = cells(times, columns), up = cells(times, rows);
  for (let j = 0; j < height; j++) {
    const [low, high, v] = up[j];
    const below = (isDown ? rows - 1 - low : low) * columns, above = (isDown ? rows - 1 - high : high) * columns;
    for (let i = 0; i < width; i++) {
      const [left, right, u] = across[i];
      const a = values[(below + left) * stride + column], b = values[(below + right) * stride + column];
      const c = values[(above + left) * stride + column], d = values[(above + right) * stride + column];
      out[j * width + i] = (a + u * (b - a)) * (1 - v) + (c + u * (d - c)) * v;
    }
  }
  return out;
}

function cells(times, coarse) {
  return Array.from({length: times * coarse}, (_, at) => {
    const place = Math.min(Math.max((at + 0.5) / times - 0.5, 0), coarse - 1), low = Math.floor(place);
    return [low, Math.min(low + 1, coarse - 1), place - low];
  });
}

class FieldPlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  async update(chart) {
    this.chart = chart;
    this.axes(chart);
    const run = this.page.runs[chart.runs[0]], ground = this.page.colours.axes;
    if (chart.target) this.target = (await Rows.of(chart.target)).row(0);
    const isClasses = chart.kind === "regions", palette = this.page.colours.classes;
    this.shades = chart.values ? chart.values.colours.map(rgb).map((each) => opaque(...each)) : null;
    if (chart.kind === "field" && chart.part !== "error") this.lines = new Contours(this.marks, chart);
    if (chart.part === "target") this.paint(this.target, run);
    if (chart.part || chart.kind === "picture") return;
    const count = run.y.length, x = new Float32Array(count), y = new Float32Array(count);
    const colour = [], value = [];
    for (let n = 0; n < count; n++) {
      x[n] = run.x[2 * n]; y[n] = run.x[2 * n + 1];
      colour.push(isClasses ? palette[run.y[n] % palette.length] : chart.values.colours[this.shadeOf(run.y[n])]);
      value.push(isClasses ? run.classes[run.y[n]] : exact(run.y[n]));
    }
    this.points = {x, y, colour, value};
    this.fill("points", {...this.points, edge: Array(count).fill(ground), edge_width: Array(count).fill(1)});
    if (run.aside_x) this.aside(run, isClasses);
  }

  /* Of classes hollow; of values with a white rim. */
  aside(run, isClasses) {
    const {aside_x: x, aside_y: y} = run, palette = this.page.colours.classes, numbers = Array.from(y);
    const own = numbers.map((each) => (isClasses ? palette[each % palette.length] : this.chart.values.colours[this.shadeOf(each)]));
    const other = numbers.map(() => (isClasses ? this.page.colours.axes : "#ffffff"));
    const places = (column) => Float32Array.from(numbers, (_, n) => x[2 * n + column]);
    const [edge, colour] = isClasses ? [own, other] : [other, own];
    this.fillAside(places(0), places(1), edge, colour, numbers.map((each) => (isClasses ? run.classes[each] : exact(each))));
  }

  shadeOf(value) {
    const {low, high, colours} = this.chart.values;
    const at = Math.round((value - low) / (high - low) * (colours.length - 1));
    return Math.min(Math.max(at || 0, 0), colours.length - 1);
  }

  show(step) {
    if (this.chart.part === "target") return;
    const run = this.page.runs[this.chart.runs[0]], values = this.page.isOn(this.chart.runs[0]) ? run.prediction(step) : null;
    if (!values) { this.fill("image", {image: []}); if (this.lines) this.lines.show(null); return; }
    this.paint(this.chart.part === "error" ? this.errorOf(values) : values, run);
  }

  paint(values, run) {
    const kind = this.chart.kind === "picture" && this.chart.part === "error" ? "field" : this.chart.kind;
    const paint = {field: this.field, regions: this.regions, picture: this.picture}[kind];
    this.fill("image", {image: [paint.call(this, values, run)]});
    if (this.lines) this.lines.show(values);
  }

  /* How far from the target; of colours the mean of the three distances. */
  errorOf(values) {
    const {target} = this;
    if (this.chart.kind === "field") return values.map((each, at) => Math.abs(each - target[at]));
    const byte = (value) => Math.min(Math.max(value, 0), 1) || 0;
    return Float32Array.from({length: target.length / 3}, (_, at) => {
      let sum = 0;
      for (let c = 3 * at; c < 3 * at + 3; c++) sum += Math.abs(byte(values[c]) - target[c]);
      return sum / 3;
    });
  }

  field(values) {
    const {grid, values: {low, high}} = this.chart, fine = finer(values, grid, 1, 0), times = finenessOf(grid);
    const {shades} = this, last = shades.length - 1, scale = last / (high - low);
    const pixels = new Uint32Array(fine.length);
    for (let at = 0; at < fine.length; at++) {
      const shade = (fine[at] - low) * scale + 0.5;
      pixels[at] = shades[shade > 0 ? (shade < last ? shade | 0 : last) : 0];
    }
    return pixelsOf(pixels, grid.rows * times, grid.columns * times);
  }

  regions(values, run) {
    const {grid} = this.chart, count = run.columns, times = finenessOf(grid);
    const height = grid.rows * times, width = grid.columns * times, size = height * width;
    // Between places the logarithm is nearest to a line.
    const logs = Float32Array.from(values, (p) => Math.log(Math.max(p, 1e-20)));
    const best = finer(logs, grid, count, 0), second = new Float32Array(size).fill(-Infinity);
    const number = new Uint8Array(size);
    for (let k = 1; k < count; k++) {
      const other = finer(logs, grid, count, k);
      for (let at = 0; at < size; at++) {
        if (other[at] > best[at]) { second[at] = best[at]; best[at] = other[at]; number[at] = k; }
        else if (other[at] > second[at]) second[at] = other[at];
      }
    }
    const pixels = this.shaded(number, best, second, width);
    this.markWrong(number, run, height, width);
    return pixelsOf(pixels, height, width);
  }

  /* The colours of classes, which deepen with certainty, and the boundary between them. */
  shaded(number, best, second, width) {
    const size = number.length, pixels = new Uint32Array(size), shades = this.depths();
    const count = this.page.runs[this.chart.runs[0]].columns, least = 1 / count;
    for (let at = 0; at < size; at++) {
      const certainty = (Math.exp(best[at]) - least) / (1 - least);
      pixels[at] = shades[number[at] * 256 + (certainty > 0 ? (certainty < 1 ? certainty * 255 | 0 : 255) : 0)];
    }
    const near = 2, ink = rgb(this.page.colours.text);
    for (let at = near * width; at < size - near * width; at++) {
      const k = number[at];
      if (number[at - near] === k && number[at + near] === k
        && number[at - near * width] === k && number[at + near * width] === k) continue;
      // By how much a class leads; beyond a boundary it is the other one that does.
      const own = best[at] - second[at];
      const across = (number[at - 1] === k ? best[at - 1] - second[at - 1] : second[at - 1] - best[at - 1]) - own;
      const up = (number[at - width] === k ? best[at - width] - second[at - width] : second[at - width] - best[at - width]) - own;
      const edge = EDGE / 2 + 0.5 - own / (Math.sqrt(across * across + up * up) || 1e-9);
      if (edge > 0) pixels[at] = mixed(pixels[at], ink, Math.min(edge, 1));
    }
    return pixels;
  }

  /* 256 shades of each class, from the ground on. */
  depths() {
    const ground = rgb(this.page.colours.axes), palette = this.page.colours.classes.map(rgb);
    const run = this.page.runs[this.chart.runs[0]];
    this.tints = this.tints || Uint32Array.from({length: 256 * run.columns}, (_, at) => {
      const colour = palette[(at >> 8) % palette.length], depth = DEEPEST * (at & 255) / 255;
      return opaque(...ground.map((part, c) => Math.round(part + depth * (colour[c] - part))));
    });
    return this.tints;
  }

  /* A ring of ink round each point on the wrong side. */
  markWrong(number, run, height, width) {
    const {x: {span: [left, right]}, y: {span: [low, high]}} = this.chart;
    const {x, y} = this.points, ink = this.page.colours.text, ground = this.page.colours.axes;
    const edge = [], edge_width = [];
    let wrong = 0;
    for (let n = 0; n < x.length; n++) {
      const i = Math.floor((x[n] - left) / (right - left) * width), j = Math.floor((y[n] - low) / (high - low) * height);
      const clip = (at, end) => Math.min(Math.max(at, 0), end - 1);
      const isWrong = number[clip(j, height) * width + clip(i, width)] !== run.y[n];
      wrong += isWrong;
      edge.push(isWrong ? ink : ground);
      edge_width.push(isWrong ? 2.5 : 1);
    }
    this.wrong = wrong;
    const rings = edge_width.join();
    if (rings === this.rings) return;
    this.rings = rings;
    this.fill("points", {...this.points, edge, edge_width});
  }

  picture(values) {
    const {rows, columns, down} = this.chart.grid, pixels = new Uint32Array(rows * columns);
    const byte = (value) => Math.round(255 * Math.min(Math.max(value, 0), 1)) || 0;
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const at = ((down ? rows - 1 - j : j) * columns + i) * 3;
        pixels[j * columns + i] = opaque(byte(values[at]), byte(values[at + 1]), byte(values[at + 2]));
      }
    }
    return pixelsOf(pixels, rows, columns);
  }
}

/* Lines along which a field has one value, as straight through each cell of its grid. */
class Contours {
  constructor(marks, chart) {
    this.marks = marks; this.chart = chart;
    const {low, high, levels, colours} = chart.values;
    this.levels = levels.map((level) => {
      const shade = rgb(colours[Math.round((level - low) / (high - low) * (colours.length - 1))]);
      return {level, colour: luminance(shade) < 0.18 ? "#ffffff" : "#10141b"};
    });
    marks.under = (context, across, up) => this.paint(context, across, up);
  }

  show(values) { this.values = values; this.marks.ask(); }

  paint(context, across, up) {
    if (!this.values) return;
    const {values, chart: {grid: {rows, columns, down}, x: {span: [left, right]}, y: {span: [bottom, top]}}} = this;
    const xs = Array.from({length: columns}, (_, i) => across(left + (right - left) * (i + 0.5) / columns));
    const ys = Array.from({length: rows}, (_, j) => up(bottom + (top - bottom) * (j + 0.5) / rows));
    const at = (i, j) => values[(down ? rows - 1 - j : j) * columns + i];
    context.globalAlpha = 0.4;
    context.lineWidth = 1.5;
    context.setLineDash([]);
    for (const {level, colour} of this.levels) {
      context.strokeStyle = colour;
      context.beginPath();
      for (let j = 0; j + 1 < rows; j++) {
        for (let i = 0; i + 1 < columns; i++) {
          const a = at(i, j) - level, b = at(i + 1, j) - level, c = at(i + 1, j + 1) - level, d = at(i, j + 1) - level;
          if ((a > 0) === (b > 0) && (b > 0) === (c > 0) && (c > 0) === (d > 0)) continue;
          // Where the line goes through the four sides, in turn: two of them, or in a saddle four.
          const through = [];
          if ((a > 0) !== (b > 0)) through.push([xs[i] + (xs[i + 1] - xs[i]) * a / (a - b), ys[j]]);
          if ((b > 0) !== (c > 0)) through.push([xs[i + 1], ys[j] + (ys[j + 1] - ys[j]) * b / (b - c)]);
          if ((d > 0) !== (c > 0)) through.push([xs[i] + (xs[i + 1] - xs[i]) * d / (d - c), ys[j + 1]]);
          if ((a > 0) !== (d > 0)) through.push([xs[i], ys[j] + (ys[j + 1] - ys[j]) * a / (a - d)]);
          for (let n = 0; n + 1 < through.length; n += 2) {
            context.moveTo(...through[n]);
            context.lineTo(...through[n + 1]);
          }
        }
      }
      context.stroke();
    }
  }
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/* An image as bokeh takes it: rows and columns beside the numbers. */
function pixelsOf(pixels, rows, columns) {
  pixels.shape = [rows, columns];
  pixels.dtype = "uint32";
  pixels.dimension = 2;
  return pixels;
}

function exact(value) { return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value); }
