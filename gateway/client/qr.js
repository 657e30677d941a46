// A receipt code as a QR that needs neither image, canvas nor SVG: a table, as gateway/pages/qr.c makes it (FORMAT 3).
//
// Every code has 29 signs, which is what version 2 holds at level Q. So this draws that one kind of ISO/IEC 18004 and no other: no padding,
// one block, one alignment pattern. A library for all kinds costs 2.8 kB more on a bad line.
import { el } from './dom.js';

const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const SIZE = 25;
const CHECKS = 22; // bytes that repair others, as many as there are of data
/** Level Q and mask 0, a chessboard, with what repairs them. Codes are drawn by chance, so that no mask is better than another. */
const FORMAT = 0x355f;

const bits = (value, length) => value.toString(2).padStart(length, '0');

/** One alphanumeric segment with its end: 176 bits. */
function dataOf(text) {
  const pairs = text.match(/..?/g).map(([a, b]) => b ? bits(SIGNS.indexOf(a) * 45 + SIGNS.indexOf(b), 11) : bits(SIGNS.indexOf(a), 6));
  return `0010${bits(text.length, 9)}${pairs.join('')}000`.match(/.{8}/g).map((byte) => parseInt(byte, 2));
}

/** In GF(256) with x^8 + x^4 + x^3 + x^2 + 1. */
function times(a, b) {
  let product = 0;
  for (; b; b >>= 1) {
    product ^= a * (b & 1);
    a = a << 1 ^ (a >> 7) * 285;
  }
  return product;
}

/** What is left of the data, divided by (x - 1)(x - 2)(x - 4)..., as a shift register does it. */
function checksOf(data) {
  let divisor = [1];
  for (let i = 0, root = 1; i < CHECKS; i++, root = times(root, 2)) {
    divisor = [...divisor, 0].map((one, n) => one ^ times(divisor[n - 1], root));
  }
  return data.reduce((rest, byte) => {
    const factor = byte ^ rest[0];
    return divisor.slice(1).map((one, n) => rest[n + 1] ^ times(one, factor));
  }, Array(CHECKS).fill(0));
}

/** What is the same in every QR of this version, level and mask: 1 is dark. Undefined where data stands. */
function fixed(x, y) {
  const around = (cx, cy) => Math.max(Math.abs(x - cx), Math.abs(y - cy));
  const finder = Math.min(around(3, 3), around(21, 3), around(3, 21));
  if (finder < 5) return Number(finder !== 2 && finder !== 4);
  if (around(18, 18) < 3) return Number(around(18, 18) !== 1);
  if (x === 6 || y === 6) return 1 & ~(x ^ y);
  if (x === 8 && y === 17) return 1;
  if (x === 8 && (y < 9 || y > 17)) return FORMAT >> (y < 6 ? y : y < 9 ? y - 1 : y - 10) & 1;
  if (y === 8 && (x < 8 || x > 16)) return FORMAT >> (x < 6 ? 14 - x : x < 8 ? 8 : 24 - x) & 1;
  return undefined;
}

/**
 * @param {string} text 29 of the signs of a QR's alphanumeric mode
 * @returns {number[][]} rows of modules, 1 is dark
 */
export function qrModules(text) {
  const data = dataOf(text);
  const stream = [...data, ...checksOf(data)].map((byte) => bits(byte, 8)).join('');
  const rows = Array.from({ length: SIZE }, (_, y) => Array.from({ length: SIZE }, (_, x) => fixed(x, y)));
  let at = 0;
  // Two columns at a time from the right, upwards and downwards in turn; the column of the timing pattern is left out.
  for (let right = SIZE - 1, up = true; right > 0; right -= right === 8 ? 3 : 2, up = !up) {
    for (let i = 0; i < 2 * SIZE; i++) {
      const x = right - i % 2;
      const y = up ? SIZE - 1 - (i >> 1) : i >> 1;
      if (rows[y][x] === undefined) rows[y][x] = stream[at++] & 1 ^ ~(x ^ y) & 1;
    }
  }
  return rows;
}

function row(modules) {
  const cells = [];
  for (let from = 0; from < SIZE;) {
    const dark = modules[from];
    let to = from + 1;
    while (modules[to] === dark) to++;
    cells.push(el('td', { class: dark ? 'd' : null, colspan: to - from > 1 && to - from }));
    from = to;
  }
  return el('tr', {}, ...cells);
}

/**
 * @param {string} text a code, as formatCode() writes it
 * @param {string} label describes it to those who cannot see it
 * @returns {HTMLTableElement}
 */
export function qrTable(text, label) {
  return el('table', { class: 'qr', role: 'img', 'aria-label': label },
    el('colgroup', {}, el('col', { span: SIZE })), el('tbody', {}, ...qrModules(text).map(row)));
}
