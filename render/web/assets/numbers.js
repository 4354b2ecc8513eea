/* Arrays as the page carries them, unpacked: see packed.py. */

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Rows of numbers; each row is made when it is asked for. */
class Rows {
  constructor(packed, words) {
    this.columns = packed.shape[1];
    this.count = packed.shape[0];
    this.packed = packed;
    this.words = words;
  }

  static async of(packed) {
    const bytes = await inflated(packed.z);
    const isExact = packed.dtype === "f4";
    const [count, columns] = packed.shape;
    const width = isExact ? 4 : 2, length = count * columns;
    const words = isExact ? new Uint32Array(length) : new Uint16Array(length);
    for (let place = 0; place < width; place++) {
      const shift = 8 * place, start = place * length;
      for (let at = 0; at < length; at++) words[at] |= bytes[start + at] << shift;
    }
    for (let at = columns; at < length; at++) {
      words[at] = isExact ? words[at] ^ words[at - columns] : words[at] + words[at - columns];
    }
    return new Rows(packed, isExact ? new Float32Array(words.buffer) : words);
  }

  row(number) {
    const part = this.words.subarray(number * this.columns, (number + 1) * this.columns);
    if (this.packed.dtype === "f4") return part;
    const {low, step} = this.packed;
    return Float32Array.from(part, (word) => (word === 65535 ? NaN : low + step * word));
  }
}

/* The predictions of a run, block after block. */
class Predictions {
  constructor() { this.blocks = []; this.count = 0; }

  async add(blocks) {
    for (const block of await Promise.all(blocks.map(Rows.of))) {
      this.blocks.push({start: this.count, rows: block});
      this.count += block.count;
    }
  }

  row(number) {
    for (let at = this.blocks.length - 1; at >= 0; at--) {
      const {start, rows} = this.blocks[at];
      if (number >= start) return number - start < rows.count ? rows.row(number - start) : null;
    }
    return null;
  }
}

/* [value, how often it stands], one after another, in full. */
function unrolled(pairs) {
  return pairs.flatMap(([value, count]) => Array(count).fill(value));
}

/* A run as the plots need it. */
class Run {
  constructor() { this.predictions = new Predictions(); }

  async update(content) {
    const {blocks, places, heights, medians, own, ...rest} = content;
    Object.assign(this, rest);
    this.own = unrolled(own);
    this.places = (await Rows.of(places)).row(0);
    this.heights = (await Rows.of(heights)).row(0);
    // Of a loss that goes up and down the running median is drawn, over what it was.
    this.path = medians ? (await Rows.of(medians)).row(0) : this.heights;
    for (const key of ["x", "y", "at", "truth", "aside_x", "aside_y"]) {
      if (content[key]) this[key] = (await Rows.of(content[key])).row(0);
    }
    if (content.at && this.inputs === 1) this.order = sortedOrder(this.at);
    if (content.start === 0) this.predictions = new Predictions();
    await this.predictions.add(blocks);
  }

  /* Which of its snapshots stands at a step. */
  snapshot(step) { return this.own[Math.min(step, this.own.length - 1)]; }

  prediction(step) { return this.predictions.row(this.snapshot(step)); }
}

/* Runs that have one colour: the median of their losses, and where most of these lie. */
class Group {
  async update(content) {
    const {places, heights, low, high, own, ...rest} = content;
    Object.assign(this, rest);
    this.own = unrolled(own);
    for (const [key, packed] of Object.entries({places, heights, low, high})) {
      this[key] = packed && (await Rows.of(packed)).row(0);
    }
    this.path = this.heights;
  }

  snapshot(step) { return this.own[Math.min(step, this.own.length - 1)]; }
}

function sortedOrder(values) {
  const order = Array.from(values.keys());
  if (values.every((value, at) => !at || values[at - 1] <= value)) return order;
  return order.sort((a, b) => values[a] - values[b]);
}
