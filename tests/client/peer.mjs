// Questions to the C implementation (peer.h), many on their way at once.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, core } from './core.mjs';

const { concat, putU16, putU32, putU64 } = core;

export function u8(value) {
  return Uint8Array.of(value);
}

export function u16(value) {
  const out = new Uint8Array(2);
  putU16(out, 0, value);
  return out;
}

export function u32(value) {
  const out = new Uint8Array(4);
  putU32(out, 0, value);
  return out;
}

export function u64(value) {
  const out = new Uint8Array(8);
  putU64(out, 0, value);
  return out;
}

export class Peer {
  constructor() {
    this.waiting = [];
    this.verdicts = {}; // how often each operation said what
    this.held = new Uint8Array(0);
    this.process = spawn(join(build, 'tests/client/peer'), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.stdout.on('data', (bytes) => this.receive(bytes));
    this.process.stdin.on('error', () => {}); // its end is reported below
    this.ended = new Promise((resolve) => this.process.on('close', resolve));
    this.ended.then((status) => this.waiting.forEach(({ reject }) => reject(new Error(`the peer ended with ${status}`))));
  }

  /** @returns {Promise<{code: string, bytes: Uint8Array}>} */
  ask(operation, ...parts) {
    const request = concat(...parts);
    this.process.stdin.write(concat(u32(request.length), Uint8Array.of(operation.charCodeAt(0)), request));
    return new Promise((resolve, reject) => this.waiting.push({ operation, resolve, reject }));
  }

  receive(bytes) {
    this.held = this.held.length ? concat(this.held, bytes) : bytes;
    while (this.held.length >= 4 && this.held.length >= 4 + core.getU32(this.held, 0)) {
      const answer = this.held.subarray(4, 4 + core.getU32(this.held, 0));
      this.held = this.held.subarray(4 + answer.length);
      const name = 1 + answer[0];
      const code = core.text(answer.subarray(1, name));
      const { operation, resolve } = this.waiting.shift();
      this.verdicts[`${operation} ${code}`] = (this.verdicts[`${operation} ${code}`] || 0) + 1;
      resolve({ code, bytes: answer.slice(name) });
    }
  }

  /** @returns {Promise<number>} its exit status */
  end() {
    this.process.stdin.end();
    return this.ended;
  }
}
