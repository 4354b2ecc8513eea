/* Arrays as the page carries them, unpacked: see packed.py. */

async function inflated(text) {
  const signs = atob(text), bytes = new Uint8Array(signs.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = signs.charCodeAt(at);
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

/* What there is of each snapshot, block after block; each is unpacked when it is needed. */
class Blocks {
  constructor() { this.all = []; this.count = 0; }

  add(blocks) {
    for (const packed of blocks) {
      this.all.push({start: this.count, packed});
      this.count += packed.shape[0];
    }
  }

  of(number) { return this.all.findLast(({start}) => number >= start); }

  unpack(block) {
    block.unpacking = block.unpacking || Rows.of(block.packed).then((rows) => { block.rows = rows; block.packed = null; });
    return block.unpacking;
  }

  isUnpacked(number) { return number >= this.count || Boolean(this.of(number).rows); }

  async unpackAt(number) { if (number < this.count) await this.unpack(this.of(number)); }

  async unpackAll() { for (const block of this.all) await this.unpack(block); }

  row(number) {
    const block = this.of(number);
    return block && block.rows && number < this.count ? block.rows.row(number - block.start) : null;
  }
}

/* [value, how often it stands], one after another, in full. */
function unrolled(pairs) {
  return pairs.flatMap(([value, count]) => Array(count).fill(value));
}

/* A run as the plots need it. */
class Run {
  constructor() { this.predictions = new Blocks(); }

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
    if (content.start === 0) this.predictions = new Blocks();
    this.predictions.add(blocks);
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
