/**
 * Micro-benchmarks of the packet engines and of the handshake's parts:
 * `node --import tsx fuzz/bench/speed.ts [milliseconds a row]`.
 *
 * Rows are run in slices of about half a millisecond, row after row, round after round, so that no
 * row has a quiet machine for itself. The smallest slice is what the code can do; the median also
 * holds what the machine did meanwhile, garbage collection included. Connections are not measured
 * here but in `conformance/bench`.
 */

import { createCipheriv, randomBytes } from 'node:crypto';
import {
  batchedEngine,
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  type PacketEngine,
  referenceEngine,
} from '../../src/crypto/index.ts';
import { PACKETS } from '../../src/crypto/wasm/layout.ts';
import { machine } from '../../src/crypto/wasm/machine.ts';
import type { PacketKeys } from '../../src/protocol/suite.ts';

interface Row {
  readonly name: string;
  /** What the time of a call is divided by: its packets, or 1. */
  readonly units: number;
  call(): unknown;
  /** Nanoseconds for each unit, slice by slice. */
  readonly slices: number[];
  /** Calls in a slice. */
  calls: number;
}

const SLICE_NANOSECONDS = 500_000;
const WARM_UP_NANOSECONDS = 20_000_000;
const MESSAGE = 1024;
const SIZES = [1, MESSAGE, 4 * MESSAGE, 16 * MESSAGE, 64 * MESSAGE, 256 * MESSAGE];

const milliseconds = Number(process.argv[2] ?? 150);
if (!(milliseconds > 0)) throw new Error('the argument is a number of milliseconds for each row');
const rounds = Math.ceil((milliseconds * 1e6) / SLICE_NANOSECONDS);

printFirstChunks();
const rows: readonly Row[] = [
  ...engineRows('batched', batchedEngine),
  ...engineRows('reference', referenceEngine),
  ...partRows(),
  ...handshakeRows(),
];
for (const row of rows) row.calls = callsInSlice(row);
for (let round = 0; round < rounds; round++) {
  for (const row of rows) row.slices.push(slice(row));
}
printRows();

function engineRows(name: string, engine: PacketEngine): Row[] {
  return SIZES.flatMap((size) => {
    const keys = anyKeys();
    const plaintext = random(size);
    const packets = engine.sealPackets(keys, 0n, plaintext);
    const units = packets.length / 1060;
    const of = `${name}, ${size === 1 ? '1 B' : `${size / MESSAGE} KiB`}`;
    return [
      row(`seal: ${of}`, () => engine.sealPackets(keys, 0n, plaintext), units),
      row(`open: ${of}`, () => engine.openPackets(keys, 0n, packets), units),
    ];
  });
}

/** What the batched engine is made of. */
function partRows(): Row[] {
  const cipher = createCipheriv('aes-256-ecb', random(32), null).setAutoPadding(false);
  const counters = random(16 * 65 * 16);
  const { functions } = machine();
  return [
    row('part: key stream, 16 packets', () => cipher.update(counters), 16),
    row('part: key stream, 1 packet', () => cipher.update(counters.subarray(0, 65 * 16))),
    row('part: MACs, 4 packets', () => functions.macFour(PACKETS, 0n), 4),
  ];
}

function handshakeRows(): Row[] {
  const suite = createSuite();
  const pair = generateKeyPair(random(32));
  const key = random(32);
  const dk1Salt = random(64);
  const dk2Salt = random(320);
  const y = random(256);
  return [
    row('handshake: dk1, PBKDF2 to 64 bytes', () => suite.pbkdf2(key, dk1Salt, 64)),
    row('handshake: dk2, PBKDF2 to 128 bytes', () => suite.pbkdf2(key, dk2Salt, 128)),
    row('handshake: HMAC of y', () => suite.hmac(key, y)),
    row('handshake: key pair', () => generateKeyPair(random(32))),
    row('handshake: shared secret', () => computeSharedSecret(pair.x, pair.y)),
  ];
}

function row(name: string, call: () => unknown, units = 1): Row {
  return { name, units, call, slices: [], calls: 1 };
}

/** As many as fit into a slice once the code is warm. */
function callsInSlice(row: Row): number {
  const end = process.hrtime.bigint() + BigInt(WARM_UP_NANOSECONDS);
  let quickest = Number.POSITIVE_INFINITY;
  while (process.hrtime.bigint() < end) quickest = Math.min(quickest, slice(row));
  return Math.max(1, Math.round(SLICE_NANOSECONDS / (quickest * row.units)));
}

/** Nanoseconds for each unit. */
function slice({ call, calls, units }: Row): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) call();
  return Number(process.hrtime.bigint() - start) / calls / units;
}

/** How soon the generated code is compiled for good: the first 1,024 chunks of this process. */
function printFirstChunks(): void {
  const keys = anyKeys();
  const plaintext = random(64 * MESSAGE);
  console.log('the first chunks of 64 KiB in this process, ended at; ns for each packet');
  const start = process.hrtime.bigint();
  for (let chunk = 1, shown = 1; chunk <= 1024; chunk++) {
    const before = process.hrtime.bigint();
    batchedEngine.sealPackets(keys, 0n, plaintext);
    const after = process.hrtime.bigint();
    if (chunk < shown) continue;
    shown *= 2;
    const at = `${(Number(after - start) / 1e6).toFixed(1)} ms`;
    const each = (Number(after - before) / 64).toFixed(0);
    console.log(`${`chunk ${chunk}`.padEnd(40)} ${at.padStart(9)} ${each.padStart(9)}`);
  }
}

function printRows(): void {
  console.log(`Node ${process.versions.node}; ns for each packet or call; ${rounds} slices a row`);
  console.log(`${'row'.padEnd(40)} ${'smallest'.padStart(9)} ${'median'.padStart(9)}`);
  for (const { name, slices } of rows) {
    const sorted = slices.toSorted((a, b) => a - b);
    const [smallest = 0] = sorted;
    const median = sorted[sorted.length >> 1] ?? 0;
    console.log(
      `${name.padEnd(40)} ${smallest.toFixed(0).padStart(9)} ${median.toFixed(0).padStart(9)}`,
    );
  }
}

function anyKeys(): PacketKeys {
  return { e: random(32), h: random(32) };
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
