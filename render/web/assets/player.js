/* Which step is on screen: by hand, or as the film goes. */

class Player {
  constructor(show, changed) {
    this.show = show; this.changed = changed;
    this.step = 0; this.speed = 1; this.isPlaying = false; this.following = false;
  }

  /* Of a growing page the newest step is followed as long as it was on screen. */
  update({frames, fps, places}) {
    const last = this.count ? this.count - 1 : 0;
    const isAtEnd = this.count !== undefined && this.step === last && !this.isPlaying;
    this.frames = unrolled(frames); this.fps = fps; this.places = places; this.count = places.length;
    this.step = Math.min(isAtEnd && this.following ? this.count - 1 : this.step, this.count - 1);
  }

  go(step) {
    this.step = Math.min(Math.max(Math.round(step), 0), this.count - 1);
    this.draw();
  }

  /* Only the newest of what is asked for between two pictures is drawn. */
  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.show(this.step); });
  }

  toPlace(place) {
    let best = 0;
    this.places.forEach((each, at) => {
      if (Math.abs(each - place) < Math.abs(this.places[best] - place)) best = at;
    });
    this.go(best);
  }

  pause() { this.isPlaying = false; this.changed(); }

  play() {
    if (this.step >= this.count - 1) this.step = 0;
    this.isPlaying = true; this.changed();
    let frame = this.frames.findIndex((step) => step >= this.step), before = null, due = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const turn = (now) => {
      if (!this.isPlaying) return;
      due += before === null ? 0 : (now - before) / 1000 * this.fps * this.speed;
      before = now;
      // Who wants little motion sees two pictures a second.
      const least = calm ? this.fps * this.speed / 2 : 1;
      if (due >= least) {
        frame = Math.min(frame + Math.floor(due), this.frames.length - 1);
        due -= Math.floor(due);
        this.step = Math.min(this.frames[frame], this.count - 1);
        this.show(this.step);
      }
      if (frame >= this.frames.length - 1) this.pause(); else requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  }
}
