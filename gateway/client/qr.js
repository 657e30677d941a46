// A receipt code as a QR that needs neither image, canvas nor SVG: a table, as gateway/pages/qr.c makes it (FORMAT 3).
import { correction, generate, mode } from 'lean-qr';
import { el } from './dom.js';

function row(qr, y) {
  const cells = [];
  for (let from = 0; from < qr.size;) {
    const dark = qr.get(from, y);
    let to = from + 1;
    while (to < qr.size && qr.get(to, y) === dark) to++;
    cells.push(el('td', { class: dark && 'd', colspan: to - from > 1 && to - from }));
    from = to;
  }
  return el('tr', {}, ...cells);
}

/**
 * @param {string} text of the QR alphabet's capital letters, digits and hyphens
 * @param {string} label describes it to those who cannot see it
 * @returns {HTMLTableElement}
 */
export function qrTable(text, label) {
  const qr = generate(mode.alphaNumeric(text), { minCorrectionLevel: correction.Q, maxCorrectionLevel: correction.Q });
  const rows = Array.from({ length: qr.size }, (_, y) => row(qr, y));
  return el('table', { class: 'qr', role: 'img', 'aria-label': label },
    el('colgroup', {}, el('col', { span: qr.size })), el('tbody', {}, ...rows));
}
