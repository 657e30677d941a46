// The guard of the form, and what it says when nothing can be locked: by itself, or because the script found that out.
import { button, guard, heading, notice, p } from './guard.js';

const mode = (text) => {
  const node = document.getElementById('mode');
  if (node && node.textContent !== text) node.textContent = text;
};

/** The ordinary way, by its own button below words on what that means. */
const plainWay = () => [heading(T.PLAIN_H), p(T.PLAIN_TEXT), button(T.PLAIN_BUTTON, () => G.form().submit(), 's')];

/**
 * It cannot lock: says so, and what to do. Where the keys are not those that were expected, the ordinary way is not offered: whoever can
 * exchange keys must not be able to steer people to the way that he could read.
 * @param {string} reason @param {() => void} [retry]
 */
function words(reason, retry) {
  mode(T.LOCK_FAILED);
  return [
    notice(p(T.LOCK_FAILED), p(reason), ...(retry ? [] : [p(T.LOCK_COPY, 'h')])),
    retry ? button(T.SEND_NOW, retry) : button(T.RELOAD, () => location.reload()),
    ...(reason === T.LOCK_FORGED ? [] : plainWay()),
  ];
}

const G = guard('report', () => words(T.LOCK_LATE), () => G.hold(true));
const { fail } = G;
G.fail = (reason, retry) => fail(words(reason, retry));
// Until the script is there, and while it fetches and checks keys.
G.hold = (held) => {
  const submit = G.submit();
  if (!submit) return;
  G.label = G.label || submit.textContent;
  submit.hidden = false;
  submit.disabled = held;
  const label = held ? T.SUBMIT_WAIT : G.label;
  if (submit.textContent !== label) submit.textContent = label;
  mode(held ? T.MODE_WAIT : T.MODE_DEVICE);
};
window.G = G;
