// Sending: sealed while it goes, or from a file that is sealed already. The page stays with it until it is stored.
import { el, p, show } from './dom.js';
import { Refused } from './errors.js';
import { onLeave } from './exit.js';
import { Progress, askBeforeClosing } from './progress.js';
import { SEALED_BY } from './report.js';
import { pause, sealDraft } from './sealing.js';
import { Upload } from './tus.js';
import { BlobSource, PieceSource } from './tus_source.js';

const TOKEN = 16;
/** So often something is begun anew that is lost over there; then it is not worth more. */
const ROUNDS = 5;

/**
 * Shows how far it is, and offers to stop, while `work` runs.
 * @param {(view: Progress, start: (upload: Upload) => Promise<void>) => Promise<void>} work
 * @param {(upload: Upload) => Promise<'dropped'|'stored'|'unknown'>} end what Stop does
 * @throws {Refused} as Upload.run; LATE: stopped when the last byte was on its way, and nobody knows whether it arrived
 */
async function withView(work, end) {
  let upload = null;
  let ended = null;
  const stop = () => {
    if (ended === null) ended = upload === null ? Promise.resolve('dropped') : end(upload);
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
 * Seals what was written while it is sent. What is lost over there is sealed anew, with a new key and a new token.
 * @param {import('./sealing.js').Draft} draft
 * @param {{recipients: object[], epoch: () => number}} how
 */
export function sendDraft(draft, { recipients, epoch }) {
  return withView(async (view, start) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { report, body, row } = await sealDraft(draft, { recipients, epoch: epoch(), sealedBy: SEALED_BY.BROWSER });
      const source = new PieceSource(report.pieces(body.stream(), pause), report.length);
      const release = () => {
        source.close();
        report.wipe();
      };
      onLeave(release);
      const token = crypto.getRandomValues(new Uint8Array(TOKEN));
      try {
        await start(new Upload({ source, row, token, changed: (state) => view.update(state) }));
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'NOT_FOUND') throw error;
        view.tell(T.SEND_GONE);
      } finally {
        release();
      }
    }
    throw new Refused('USAGE');
  }, (upload) => upload.stop());
}

/**
 * Sends a sealed file, from where it stopped the last time. Stopped, it can go on another time.
 * @param {Blob} blob @param {Uint8Array|undefined} row @param {Uint8Array} token uploadToken()
 */
export function sendBlob(blob, row, token) {
  return withView(async (view, start) => {
    for (let round = 0; round < ROUNDS; round++) {
      const source = new BlobSource(blob);
      try {
        await start(new Upload({ source, row, token, resume: true, changed: (state) => view.update(state) }));
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'NOT_FOUND') throw error;
      }
    }
    throw new Refused('USAGE');
  }, (upload) => upload.leave().then(() => 'dropped'));
}
