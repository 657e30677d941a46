// How far it is, in words and as a bar, without saying more than is known.
import { button, el, fill, p, say, sizeText } from './dom.js';
import { Rate, leftText } from './rate.js';

const QUARTER = 25;

export class Progress {
  /**
   * @param {string} label what is being done
   * @param {{now?: () => void, stop?: () => void}} does now: try at once, shown while it waits
   */
  constructor(label, does) {
    this.rate = new Rate();
    this.quarter = 0;
    this.phase = '';
    this.bar = el('progress', { max: 1, value: 0, 'aria-label': label });
    this.bytes = p('', 'h');
    this.left = p('', 'h');
    this.words = el('p', { role: 'status' });
    this.now = does.now ? button(T.SEND_NOW, does.now, { hidden: true }) : null;
    this.stop = does.stop ? button(T.SEND_STOP, does.stop, { class: 's' }) : null;
    this.nodes = [this.words, this.bar, this.bytes, this.left, this.now, this.stop];
  }

  /** @param {{phase: 'locking'|'sending'|'waiting'|'busy', done: number, all: number}} state */
  update({ phase, done, all }) {
    const now = performance.now();
    this.rate.add(done, now);
    this.bar.max = all;
    this.bar.value = done;
    say(this.bytes, fill(T.SEND_DONE, `${sizeText(done)} / ${sizeText(all, true)}`));
    const moving = phase === 'sending' || phase === 'locking';
    say(this.left, leftText(moving ? this.rate.left(all, now) : null));
    if (this.now) this.now.hidden = moving;
    this.speak(phase, moving, Math.floor((100 * done) / all / QUARTER) * QUARTER);
  }

  /** What a screen reader says: that it stopped, that it goes on, and every quarter. */
  speak(phase, moving, quarter) {
    if (!moving) say(this.words, phase === 'busy' ? T.SEND_BUSY : T.SEND_WAIT);
    else if (this.phase === 'waiting' || this.phase === 'busy') say(this.words, T.SEND_ON);
    else if (quarter > this.quarter) say(this.words, fill(T.SEND_DONE, `${quarter} %`));
    this.quarter = Math.max(this.quarter, quarter);
    this.phase = phase;
  }

  /** Something that everybody should read. */
  tell(text) {
    say(this.words, text);
    this.rate.forget();
  }
}

/** Asks before the page is closed, while something is under way. @returns {() => void} ends it */
export function askBeforeClosing() {
  const ask = (event) => {
    event.preventDefault();
    event.returnValue = '';
  };
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
}
