/* A page that grows: the newest snapshots are asked for, again and again. */

const EVERY = 1000;  // milliseconds from an answer to the next question

class Live {
  constructor(page) { this.page = page; this.version = page.content.live.version; }

  begin() { setTimeout(() => this.ask(), EVERY); }

  /* All anew, at the same place. */
  reload() {
    const {player, content: {clock}} = this.page;
    if (player.step < player.count - 1) location.hash = `epoch=${clock.times[player.step]}`;
    location.reload();
  }

  async ask() {
    const {page} = this;
    try {
      const have = page.runs.map((run) => run.predictions.count).join(",");
      const answer = await fetch(`updates?version=${this.version}&have=${have}`, {cache: "no-store"});
      if (answer.status === 503) { this.begin(); return; }  // too many at once
      if (!answer.ok) {
        // Another server, which doesn't know this page's token.
        page.content.state = page.words.page_moved;
        page.state();
        this.begin();
        return;
      }
      const content = await answer.json();
      if (content.reload) { this.reload(); return; }
      if (content.runs) {
        this.version = content.live.version;
        await page.update(content);
      } else {
        page.content.state = content.state;
        page.state();
      }
    } catch (error) {
      page.content.state = page.words.page_gone;
      page.state();
    }
    this.begin();
  }
}
