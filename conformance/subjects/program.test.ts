/** Processes under test: how they are started, waited for, and what is known of their end. */

import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAddress } from './addresses.ts';
import { Program } from './program.ts';
import { Scope } from './scope.ts';
import { startSpiped } from './spiped.ts';
import { type Subject, subjectUnderTest } from './subject.ts';

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(() => scope.close());

const node = (code: string) => new Program(scope, 'test', [process.execPath, '-e'], [code]);

test('a complaint is a whole line, and may already be there', async () => {
  const program = node("process.stderr.write('hal'); process.stderr.write('f\\nwhole\\n');");
  expect(await program.complaint(/^h/)).toBe('half');
  await program.exited;
  expect(await program.complaint(/^wh/)).toBe('whole');
  expect(program.account()).toContain('  | whole');
});

test('the exit code is known, and a kill after the end is harmless', async () => {
  const program = node('process.exit(7)');
  expect(await program.exited).toEqual({ code: 7, signal: null });
  expect(program.running).toBe(false);
  expect(await program.kill('SIGKILL')).toEqual({ code: 7, signal: null });
});

test('a scope ends the processes that are still there', async () => {
  const program = node('setInterval(() => {}, 1000)');
  expect(program.running).toBe(true);
  await scope.close();
  expect(await program.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

/** A subject whose spiped is this code; its arguments are those of spiped. */
async function subjectOf(code: string): Promise<Subject> {
  const script = join(await mkdtemp(join(scope.directory, 's-')), 'spiped.cjs');
  await writeFile(script, code);
  return {
    name: 'fake',
    spiped: [process.execPath, script],
    spipe: [process.execPath, script],
    version: '0',
    reportsFailures: false,
    spipeMayDieBySignal: false,
  };
}

const LISTEN = `
  const source = process.argv[process.argv.indexOf('-s') + 1];
  const port = Number(source.split(':').at(-1));
  require('node:net').createServer().listen(port, '127.0.0.1');
`;

test('spiped is ready only when it listens, and on another port when one is taken', async () => {
  const taken = join(scope.directory, 'taken');
  const subject = await subjectOf(`
    const { existsSync, writeFileSync } = require('node:fs');
    if (!existsSync('${taken}')) {
      writeFileSync('${taken}', '');
      console.error('Error binding socket: Address already in use');
      process.exit(1);
    }
    ${LISTEN}
  `);
  const target = await newAddress('ipv4', scope.directory);
  const settings = { role: '-d', source: 'ipv4', target, key: '/dev/null' } as const;
  const { program } = await startSpiped(scope, subject, settings);
  expect(program.running).toBe(true);
});

test('a spiped that ends instead of listening fails with what it said', async () => {
  const subject = await subjectOf("console.error('no such key'); process.exit(1);");
  const target = await newAddress('ipv4', scope.directory);
  const settings = { role: '-e', source: 'ipv4', target, key: '/dev/null' } as const;
  await expect(startSpiped(scope, subject, settings)).rejects.toThrow('| no such key');
});

test('a third party is named by SPIPED_SUBJECT, and a wrong name is an error', async () => {
  const named = join(scope.directory, 'missing');
  await expect(subjectUnderTest(named)).rejects.toThrow(`SPIPED_SUBJECT=${named}: no such file`);
  const bin = await mkdtemp(join(scope.directory, 'bin-'));
  for (const name of ['spiped', 'spipe']) {
    await writeFile(join(bin, name), '#!/bin/sh\necho "$(basename "$0") 9.8-rc"\n', {
      mode: 0o755,
    });
  }
  expect(await subjectUnderTest(bin)).toMatchObject({
    name: 'subject',
    version: '9.8-rc',
    spiped: [join(bin, 'spiped')],
    spipe: [join(bin, 'spipe')],
  });
});
