/* What is inside a network: rows of numbers made of each snapshot's weights. */

class InsidePlot extends Plot {
  constructor(place, item, page, chart) { super(place, item); this.page = page; this.chart = chart; }

  update(chart) {
    this.chart = chart;
    this.axes(chart);
    if (chart.start === 0) this.rows = new Blocks();
    this.rows.add(chart.blocks);
  }

  row(step) { return this.rows.row(this.page.runs[this.chart.runs[0]].snapshot(step)); }

  shades() { return this.chart.colours.map(rgb).map((each) => opaque(...each)); }
}

/* What each unit adds to the curve, and their sum. */
class UnitPlot extends InsidePlot {
  async update(chart) {
    super.update(chart);
    this.at = (await Rows.of(chart.at)).row(0);
    chart.colours.forEach((colour, number) => this.style(number, colour, []));
    this.fill("zero", {x: chart.x.span, y: [0, 0]});
  }

  show(step) {
    const row = this.row(step), count = this.at.length;
    this.chart.colours.forEach((_, number) => {
      const y = row ? row.subarray(number * count, (number + 1) * count) : [];
      this.move("line-" + number, {x: row ? this.at : [], y});
    });
  }
}

/* A colour for each number, where it stands in a picture of all layers. */
class WeightPlot extends InsidePlot {
  async update(chart) {
    super.update(chart);
    const cells = await Rows.of(chart.cells);
    [this.height, this.width] = [cells.count, cells.columns];
    this.cells = Int32Array.from({length: this.height * this.width}, (_, at) =>
      cells.row(Math.floor(at / this.width))[at % this.width]);
    this.colours = this.shades();
  }

  show(step) {
    const row = this.row(step), {largest, is_root: isRoot} = this.chart, {width, height, colours} = this;
    if (!row) { this.fill("image", {image: []}); return; }
    const middle = (colours.length - 1) / 2, pixels = new Uint32Array(width * height);
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const cell = this.cells[j * width + i], part = Math.min(Math.max(row[cell] / largest, -1), 1);
        if (cell < 0 || Number.isNaN(part)) continue;
        const shade = isRoot ? Math.sign(part) * Math.sqrt(Math.abs(part)) : part;
        pixels[(height - 1 - j) * width + i] = colours[Math.round(middle + middle * shade)];
      }
    }
    this.fill("image", {image: [pixelsOf(pixels, height, width)]});
  }

  /* The number at a place of the picture, x and y from 0 to 1, and its layer's name. */
  read(x, y, step) {
    const row = this.row(step), i = Math.floor(x * this.width), j = Math.floor((1 - y) * this.height);
    const cell = row && i >= 0 && j >= 0 && i < this.width && j < this.height ? this.cells[j * this.width + i] : -1;
    if (cell < 0) return "";
    const [, name] = this.chart.layers.find(([end]) => x < end) || ["", ""];
    return `${name}: ${exact(row[cell])}`;
  }
}

const BETWEEN = 16;  // pixels between two tiles

/* Units over two inputs, each a small field. */
class TilePlot extends InsidePlot {
  show(step) {
    const row = this.row(step), {tile, across, count} = this.chart, colours = this.shades();
    if (!row) { this.fill("image", {image: []}); return; }
    const grid = {rows: tile, columns: tile, down: false}, side = tile * finenessOf(grid);
    const down = Math.ceil(count / across), width = across * (side + BETWEEN) - BETWEEN;
    const pixels = new Uint32Array(width * (down * (side + BETWEEN) - BETWEEN)), middle = (colours.length - 1) / 2;
    for (let number = 0; number < count; number++) {
      const field = finer(row.subarray(number * tile * tile, (number + 1) * tile * tile), grid, 1, 0);
      const left = (number % across) * (side + BETWEEN), low = (down - 1 - Math.floor(number / across)) * (side + BETWEEN);
      field.forEach((part, at) => {
        if (Number.isNaN(part)) return;
        const shade = colours[Math.round(middle + middle * Math.min(Math.max(part, -1), 1))];
        pixels[(low + Math.floor(at / side)) * width + left + at % side] = shade;
      });
    }
    this.fill("image", {image: [pixelsOf(pixels, pixels.length / width, width)]});
  }
}
