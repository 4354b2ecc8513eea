/* Over two inputs: a colour for each number, regions of classes, pictures. */

const FINER = 4;  // pixels to a place of the grid, along each side
const DEEPEST = 0.48;

function rgb(colour) { return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)); }

/* An image of whole pixels; the first row is the lowest. */
function opaque(red, green, blue) { return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; }

/* A grid of values made `FINER` times finer, in straight lines between its places. */
function finer(values, rows, columns, stride, column, isDown) {
  const height = rows * FINER, width = columns * FINER, out = new Float32Array(height * width);
  const across = cells(width, columns), up = cells(height, rows);
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

function cells(fine, coarse) {
  return Array.from({length: fine}, (_, at) => {
    const place = Math.min(Math.max((at + 0.5) / FINER - 0.5, 0), coarse - 1), low = Math.floor(place);
    return [low, Math.min(low + 1, coarse - 1), place - low];
  });
}

class FieldPlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  async update(chart) {
    this.chart = chart;
    this.axes(chart);
    if (chart.kind === "picture") return;
    const run = this.page.runs[chart.runs[0]], ground = this.page.colours.axes;
    const isClasses = chart.kind === "regions", palette = this.page.colours.classes;
    this.shades = chart.values ? chart.values.colours.map(rgb).map((each) => opaque(...each)) : null;
    const count = run.y.length, x = new Float32Array(count), y = new Float32Array(count);
    const colour = [], value = [];
    for (let n = 0; n < count; n++) {
      x[n] = run.x[2 * n]; y[n] = run.x[2 * n + 1];
      colour.push(isClasses ? palette[run.y[n] % palette.length] : chart.values.colours[this.shadeOf(run.y[n])]);
      value.push(isClasses ? run.classes[run.y[n]] : exact(run.y[n]));
    }
    this.points = {x, y, colour, value};
    this.fill("points", {...this.points, edge: Array(count).fill(ground), edge_width: Array(count).fill(1)});
  }

  shadeOf(value) {
    const {low, high, colours} = this.chart.values;
    const at = Math.round((value - low) / (high - low) * (colours.length - 1));
    return Math.min(Math.max(at || 0, 0), colours.length - 1);
  }

  show(step) {
    const run = this.page.runs[this.chart.runs[0]], values = this.page.isOn(this.chart.runs[0]) ? run.prediction(step) : null;
    if (!values) { this.fill("image", {image: []}); return; }
    const paint = {field: this.field, regions: this.regions, picture: this.picture}[this.chart.kind];
    this.fill("image", {image: [paint.call(this, values, run)]});
  }

  image(pixels, rows, columns) {
    return new Bokeh.require_ndarray(pixels, rows, columns);
  }

  field(values) {
    const {rows, columns, down} = this.chart.grid, fine = finer(values, rows, columns, 1, 0, down);
    return pixelsOf(Uint32Array.from(fine, (value) => this.shades[this.shadeOf(value)]), rows * FINER, columns * FINER);
  }

  regions(values, run) {
    const {rows, columns, down} = this.chart.grid, count = run.columns;
    const ground = rgb(this.page.colours.axes), ink = opaque(...rgb(this.page.colours.text));
    const palette = run.classes.map((_, k) => rgb(this.page.colours.classes[k % this.page.colours.classes.length]));
    // Between places the logarithm is nearest to a line.
    const logs = Float32Array.from(values, (p) => Math.log(Math.max(p, 1e-20)));
    const height = rows * FINER, width = columns * FINER, size = height * width;
    let best = finer(logs, rows, columns, count, 0, down);
    const number = new Uint8Array(size);
    for (let k = 1; k < count; k++) {
      const other = finer(logs, rows, columns, count, k, down);
      for (let at = 0; at < size; at++) if (other[at] > best[at]) { best[at] = other[at]; number[at] = k; }
    }
    const pixels = new Uint32Array(size);
    for (let at = 0; at < size; at++) {
      const k = number[at];
      const isEdge = (at % width && number[at - 1] !== k) || (at >= width && number[at - width] !== k);
      const certainty = Math.max(0, (Math.exp(best[at]) - 1 / count) / (1 - 1 / count)) || 0;
      const depth = DEEPEST * Math.min(certainty, 1);
      pixels[at] = isEdge ? ink : opaque(...ground.map((part, c) => Math.round(part + depth * (palette[k][c] - part))));
    }
    this.markWrong(number, run, height, width);
    return pixelsOf(pixels, height, width);
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

/* An image as bokeh takes it: rows and columns beside the numbers. */
function pixelsOf(pixels, rows, columns) {
  pixels.shape = [rows, columns];
  pixels.dtype = "uint32";
  pixels.dimension = 2;
  return pixels;
}

function exact(value) { return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value); }
