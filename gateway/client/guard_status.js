// The guard of the page that asks for an answer: the code does not leave by itself.
import { button, guard, heading, notice, p } from './guard.js';

window.G = guard('status', () => [
  notice(p(T.LOOK_LATE)),
  button(T.RELOAD, () => location.reload()),
  heading(T.LOOK_OTHER), p(T.LOOK_SERVER_TEXT), button(T.LOOK_SERVER, () => window.G.form().submit(), 's'),
]);
