/**
 * Captures connections with C spiped, and writes `vectors/c-captures.json`.
 *
 *     node --import tsx conformance/capture/main.ts
 *
 * Needs C spiped (`conformance/upstream`) and some seconds. The result is to be looked at and
 * committed; `npm run vectors:verify` opens every capture with arithmetic of its own.
 */

import { writeFileSync } from 'node:fs';
import type { CaptureVector, Family } from '../../vectors/family.ts';
import { type FoundUpstream, locateUpstream } from '../upstream/locate.ts';
import { CAPTURE_CASES, type CaptureCase } from './cases.ts';
import { record } from './record.ts';

const FILE = new URL('../../vectors/c-captures.json', import.meta.url);

/** For y = p − 1 each attempt has one chance in two. */
const ATTEMPTS = 30;

const upstream = await locateUpstream();
if (!upstream.found) throw new Error(upstream.reason);
const vectors: CaptureVector[] = [];
for (const given of CAPTURE_CASES) {
  vectors.push(await recordAtLast(upstream, given));
  console.log(`${given.name}: ${given.comment}`);
}
const family: Family<CaptureVector> = {
  format: 1,
  family: 'c-captures',
  about: `Connections that ran with C spiped ${upstream.version}, byte for byte.`,
  requirements: [
    ...['KF-1', 'HS-5', 'HS-6', 'HS-7', 'HS-8', 'HS-9', 'HS-12', 'HS-13', 'HS-14', 'HS-15'],
    ...['HS-16', 'HS-17', 'HS-18', 'PK-1', 'PK-2', 'PK-3', 'PK-4', 'PK-5'],
  ],
  notes: {
    Weak: { bugType: 'FUNCTIONALITY', description: '-f at an end: ySC is 1.' },
    ForwardSecrecy: {
      bugType: 'FUNCTIONALITY',
      description: 'C computed a power with its own random exponent.',
    },
    Exponents: {
      bugType: 'FUNCTIONALITY',
      description: 'C understands a peer whose exponent is x and not 2^258 + x.',
    },
    LeadingZeros: {
      bugType: 'FUNCTIONALITY',
      description: 'A y or ySC with a leading zero byte, with C at the other end.',
    },
    SpecialValue: {
      bugType: 'EDGE_CASE',
      description: 'A y that C accepts though it hides nothing (HS-13).',
    },
    Traffic: { bugType: 'FUNCTIONALITY', description: 'How C makes packets of what it reads.' },
    MustFail: {
      bugType: 'CONFIDENTIALITY',
      description: 'One end gives up forward secrecy, the other demands it: C refuses.',
    },
  },
  vectors,
};
writeFileSync(FILE, `${JSON.stringify(family, null, 2)}\n`);
console.log(`${vectors.length} connections with C spiped ${upstream.version}`);
process.exit(0);

async function recordAtLast(c: FoundUpstream, given: CaptureCase): Promise<CaptureVector> {
  const attempts = given.special === 'y = p − 1' ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt++) {
    try {
      return await record(c, given);
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}
