/** What the display of packets promises: whole packets, the right rows, places kept (PK-1, PK-3). */

import { expect, test } from 'vitest';
import { packetCount, packetRows, packetsOf, printable } from './packet-view.ts';

/** A direction's bytes: `handshake` bytes of 0xaa, then packets filled with their number. */
function wire(packets: number, extra = 0): Uint8Array {
  const bytes = new Uint8Array(320 + packets * 1060 + extra).fill(0xaa);
  for (let number = 0; number < packets; number += 1) {
    bytes.fill(number, 320 + number * 1060, 320 + (number + 1) * 1060);
  }
  return bytes;
}

test('PK-1: packets are cut out at 1060 bytes after the 320 of the handshake', () => {
  const packets = packetsOf(wire(3));
  expect(packets.map((packet) => packet.length)).toEqual([1060, 1060, 1060]);
  expect(packets.map((packet) => [packet[0], packet[1059]])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
});

test('a packet that is not all there is left out', () => {
  expect(packetsOf(wire(1, 1059))).toHaveLength(1);
  expect(packetsOf(wire(0))).toHaveLength(0);
  expect(packetsOf(new Uint8Array(100))).toHaveLength(0);
});

test('a count is given only for a handshake and whole packets', () => {
  expect(packetCount(320)).toBe(0);
  expect(packetCount(320 + 65_537 * 1060)).toBe(65_537);
  expect(packetCount(320 + 1059)).toBeUndefined();
  expect(packetCount(319)).toBeUndefined();
  expect(packetCount(0)).toBeUndefined();
});

test('PK-3: each row shows sixteen bytes beside the sixteen characters in the same place', () => {
  const packet = Uint8Array.from({ length: 1060 }, (_, i) => i % 256);
  expect(packetRows(packet, 'GET / HTTP/1.1\r\nHost: x', 3)).toEqual([
    '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   GET / HTTP/1.1..',
    '10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f   Host: x',
    '20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f',
  ]);
});

test('nothing that could move a terminal is printed', () => {
  expect(printable('a\x1b[2J\r\n\x00\x7fé~ ')).toBe('a.[2J.....~ ');
});
