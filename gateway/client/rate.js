// How long it still takes, as far as that can be known.
import { fill } from './dom.js';

const SMOOTH = 20_000; // ms after which an old observation weighs a third
const ENOUGH = 3; // observations before a word is said
const SILENCE = 45_000; // ms without news after which nothing is known
const STEPS = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90];

export class Rate {
  constructor() {
    this.forget();
  }

  forget() {
    this.count = 0;
    this.speed = 0; // bytes per ms
    this.at = null;
    this.done = 0;
  }

  /** @param {number} done bytes in all @param {number} now ms */
  add(done, now) {
    if (this.at !== null && (done <= this.done || now <= this.at)) return;
    if (this.at !== null) {
      const elapsed = now - this.at;
      const speed = (done - this.done) / elapsed;
      const weight = this.count === 0 ? 1 : 1 - Math.exp(-elapsed / SMOOTH);
      this.speed += weight * (speed - this.speed);
      this.count++;
    }
    this.at = now;
    this.done = done;
  }

  /** @returns {number|null} seconds, null when it is not known */
  left(all, now) {
    if (this.count < ENOUGH || this.speed <= 0 || now - this.at > SILENCE) return null;
    return (all - this.done) / this.speed / 1000;
  }
}

/** @param {number|null} seconds @returns {string} in words no more exact than it is */
export function leftText(seconds) {
  if (seconds === null || seconds > 48 * 3600) return T.LEFT_UNKNOWN;
  if (seconds < 50) return T.LEFT_MINUTE;
  const minutes = seconds / 60;
  const step = STEPS.find((one) => one >= minutes * 0.9);
  return step ? fill(T.LEFT_MINUTES, step) : fill(T.LEFT_HOURS, Math.ceil(minutes / 60));
}
