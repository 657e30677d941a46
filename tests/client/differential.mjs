// The client against the C implementation on random cases, both ways (peer.h). SEED=n repeats a run.
import { Peer } from './peer.mjs';
import { Random } from './random.mjs';
import * as small from './cases_small.mjs';
import * as reports from './cases_reports.mjs';
import * as signed from './cases_signed.mjs';

const LEAST = 10000;
/** How many of each. */
const PLAN = [
  [small.hashes, 1000], [small.digests, 200], [small.classes, 1000], [small.codes, 3000], [small.receipts, 300], [small.keys, 400], [small.texts, 2000],
  [small.times, 800], [small.armours, 700],
  [reports.reports, 300], [reports.spoiled, 150], [reports.damages, 150],
  [signed.signatures, 400], [signed.sheets, 700], [signed.boardTrust, 250], [signed.boards, 700],
];

async function run(peer, random) {
  let count = 0;
  for (const [check, times] of PLAN) {
    const start = Date.now();
    for (let i = 0; i < times; i++) {
      try {
        await check(random, peer);
      } catch (error) {
        console.log(`FAIL ${check.name}, case ${i}; again with SEED=${random.seed}`);
        throw error;
      }
      count++;
    }
    console.log(`${check.name}: ${times} in ${Date.now() - start} ms`);
  }
  return count;
}

const random = new Random(process.env.SEED);
console.log(`SEED=${random.seed}`);
const peer = new Peer();
const count = await run(peer, random);
const status = await peer.end();
console.log(JSON.stringify(peer.verdicts, null, 1));
console.log(`${count} cases`);
if (count < LEAST || status !== 0) throw new Error(`too few cases, or the peer ended with ${status}`);
