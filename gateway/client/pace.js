// When a page that works has to breathe.
const STEP = 8; // ms

/**
 * Browsers that hide from trackers round their clocks to 100 ms, so single steps cannot be timed; their mean can.
 * @param {() => Promise<void>} [pause]
 * @returns {(work: () => T) => Promise<T>} does a step of work, and then a pause if about 8 ms of work have come together
 * @template T
 */
export function pacer(pause) {
  let spent = 0, steps = 0, since = 0;
  return async (work) => {
    const start = performance.now();
    const result = work();
    spent += performance.now() - start;
    steps++;
    since++;
    if (pause && since * spent / steps >= STEP) {
      since = 0;
      await pause();
    }
    return result;
  };
}
