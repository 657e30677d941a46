// Random cases that can be had again.
export class Random {
  /** @param {string|number} [seed] */
  constructor(seed) {
    this.seed = seed === undefined || seed === '' ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
    this.state = this.seed >>> 0;
  }

  /** mulberry32 */
  word() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** 0 <= n < limit, limit up to 2^53 */
  below(limit) {
    return limit <= 2 ** 32 ? this.word() % limit : (this.word() * 2 ** 21 + (this.word() >>> 11)) % limit;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  bytes(length) {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.word();
    return out;
  }

  /** A copy with one bit changed. */
  damaged(bytes, from = 0, to = bytes.length) {
    const copy = bytes.slice();
    copy[from + this.below(to - from)] ^= 1 << this.below(8);
    return copy;
  }

  /** Mostly small, at times near a boundary. */
  length(largest) {
    const near = this.of([0, 1, 896, 1024, 16382 - 320, 16382, 2 * 16382 - 320, 16382 * 4, largest]);
    return Math.min(largest, Math.max(0, this.below(4) ? this.below(700) : near - 2 + this.below(5)));
  }
}
