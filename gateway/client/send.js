// Sending: sealed while it goes, or from a file that is sealed already. The page stays with it until it is stored.
import { el, p, show } from './dom.js';
import { Refused } from './errors.js';
import { onLeave } from './exit.js';
import { Progress, askBeforeClosing } from './progress.js';
import { SEALED_BY } from './report.js';
import { pause, sealDraft } from './sealing.js';
import { Upload } from './tus.js';
import { BlobSource, PieceSource } from './tus_source.js';

/** So often something is begun anew that is lost over there; then it is not worth more. */
const ROUNDS = 5;

/**
 * Shows how far it is, and offers to stop, while `work` runs.
 * @param {(view: Progress, start: (upload: Upload) => Promise<void>) => Promise<void>} work
 * @throws {Refused} as Upload.run; LATE: stopped when the last byte was on its way, and nobody knows whether it arrived
 */
async function withView(work) {
  let upload = null;
  let ended = null;
  const stop = () => {
    if (ended === null) ended = upload === null ? Promise.resolve('dropped') : upload.stop();
  };
  const view = new Progress(T.SEND_H1, { now: () => upload && upload.now(), stop });
  const free = askBeforeClosing();
  const online = () => upload && upload.now();
  addEventListener('online', online);
  onLeave(() => {
    free();
    stop();
  });
  document.title = T.SEND_TITLE;
  show(el('h1', {}, T.SEND_H1), p(T.SEND_KEEP), ...view.nodes);
  try {
    await work(view, (next) => {
      if (ended !== null) throw new Refused('STOPPED');
      upload = next;
      return next.run();
    });
  } catch (error) {
    if (ended === null || !(error instanceof Refused) || error.code !== 'STOPPED') throw error;
    const how = await ended;
    if (how !== 'stored') throw new Refused(how === 'dropped' ? 'STOPPED' : 'LATE');
  } finally {
    free();
    removeEventListener('online', online);
  }
}

/**
 * Sends, and begins anew what is lost over there.
 * @param {() => Promise<{source: object, release: () => void}>} make what Upload takes, and what ends it
 */
function sendRounds(make) {
  return withView(async (view, start) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { release, ...what } = await make();
      try {
        await start(new Upload({ ...what, changed: (state) => view.update(state) }));
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'NOT_FOUND') throw error;
        view.tell(T.SEND_GONE);
      } finally {
        release();
      }
    }
    throw new Refused('USAGE');
  });
}

/**
 * Seals what was written while it is sent. What is lost over there is sealed anew, with a new key and a new token.
 * @param {import('./sealing.js').Draft} draft
 * @param {{recipients: object[], epoch: () => number}} how
 */
export function sendDraft(draft, { recipients, epoch }) {
  return sendRounds(async () => {
    const { report, body, row } = await sealDraft(draft, { recipients, epoch: epoch(), sealedBy: SEALED_BY.BROWSER });
    const source = new PieceSource(report.pieces(body.stream(), pause), report.length);
    const release = () => {
      source.close();
      report.wipe();
    };
    onLeave(release);
    return { source, row, release };
  });
}

/**
 * Sends a sealed file; begun again after a refusal, it goes on where it was. Its token stands nowhere but in this page: who has a copy
 * of the file cannot ask for it (FORMAT 8).
 * @param {{blob: Blob, row: Uint8Array, token: Uint8Array}} file
 */
export const sendSealed = ({ blob, row, token }) =>
  sendRounds(async () => ({ source: new BlobSource(blob), row, token, release() {} }));
