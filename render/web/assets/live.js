/* A page that grows: the newest snapshots are asked for, again and again. */

const EVERY = 1000;  // milliseconds from an answer to the next question

class Live {
  constructor(page) { this.page = page; this.version = page.content.live.version; }

  begin() { setTimeout(() => this.ask(), EVERY); }

  async ask() {
    const {page} = this;
    try {
      const have = page.runs.map((run) => run.predictions.count).join(",");
      const answer = await fetch(`updates?version=${this.version}&have=${have}`, {cache: "no-store"});
      if (!answer.ok) throw new Error(answer.status);
      const content = await answer.json();
      if (content.reload) { location.reload(); return; }
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
