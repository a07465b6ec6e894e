/**
 * Key files of every kind, and what a person reads when one cannot be read.
 *
 * Shows KF-1 … KF-4, KF-6 and KF-8. Permission is refused by what stands in for `open`: a mode
 * would not stop root; a loop of links, a socket and a directory stop everybody.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs, {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { KeyFileError, readKeyFile, readSharedSecret } from './keyfile.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiped-keyfile-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('K', () => {
  //= KF-1
  //# K MUST be the SHA-256 of the whole content of the key file.
  //= KF-2
  //# A key file of any length MUST be accepted, including the empty one (`/dev/null`).
  test.each([0, 1, 32, 65_535, 65_536, 65_537, 3_000_000])(
    'is the SHA-256 of a file of %i bytes (KF-1, KF-2)',
    async (length) => {
      const content = bytes(length);
      const K = await readSharedSecret(file(`length-${length}`, content));
      expect(K).toEqual(sha256(content));
      expect(K.constructor).toBe(Uint8Array);
      expect(K.buffer.byteLength).toBe(32);
    },
  );

  //= KF-3
  //# An end MUST NOT trim, decode or otherwise interpret the content of the key file.
  test('counts every byte: a trailing newline and zero bytes are part of it (KF-3)', async () => {
    const names = ['key', 'key\n', 'key\r\n', '\ufeffkey', ' key', 'key\0'];
    const all = await Promise.all(
      names.map((text, i) => readSharedSecret(file(`text-${i}`, Buffer.from(text)))),
    );
    expect(all).toEqual(names.map((text) => sha256(Buffer.from(text))));
  });

  test('of /dev/null is that of no bytes (KF-2)', async () => {
    expect(await readSharedSecret('/dev/null')).toEqual(sha256(bytes(0)));
  });

  test('comes with the length of the key, and with the mode of a regular file', async () => {
    expect(await readKeyFile('/dev/null')).toEqual({ secret: sha256(bytes(0)), lengthBytes: 0 });
    const long = file('long', bytes(100_000));
    chmodSync(long, 0o640);
    expect(await readKeyFile(long)).toMatchObject({ lengthBytes: 100_000, mode: 0o640 });
  });

  test('is read from a FIFO to its end', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const content = bytes(200_000);
    const [K] = await Promise.all([readSharedSecret(path), writeFile(path, content)]);
    expect(K).toEqual(sha256(content));
  });
});

//= KF-4
//# The name `-` MUST stand for standard input, read to its end.
describe('standard input, named - (KF-4)', () => {
  test('is read to its end from a pipe', () => {
    const content = bytes(200_000);
    expect(readFromStandardInput({ input: content })).toBe(hex(sha256(content)));
  });

  test('is read to its end from a file', () => {
    const content = bytes(70_000);
    expect(withDescriptor(file('stdin', content))).toBe(hex(sha256(content)));
  });

  test('is asked again while it is non-blocking and empty', async () => {
    const answers = ['EAGAIN', 'EAGAIN', 'key', 'EAGAIN', ''];
    const read = async (_: number, chunk: Uint8Array) => {
      const answer = answers.shift() ?? '';
      if (answer === 'EAGAIN') throw Object.assign(new Error(answer), { code: answer });
      return { bytesRead: Buffer.from(answer).copy(chunk) };
    };
    Object.assign(vi.spyOn(fs, 'read'), { [promisify.custom]: read });
    syncBuiltinESMExports();
    try {
      expect(await readSharedSecret('-')).toEqual(sha256(Buffer.from('key')));
      expect(answers).toEqual([]);
    } finally {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    }
  });

  test('that cannot be read is an error, and never an empty key (KF-6)', () => {
    expect(withDescriptor(folder)).toBe(
      'EISDIR -k "-": cannot read key from standard input: Is a directory',
    );
  });

  function withDescriptor(path: string): string {
    const descriptor = openSync(path, 'r');
    try {
      return readFromStandardInput({ stdio: [descriptor, 'pipe', 'inherit'] });
    } finally {
      closeSync(descriptor);
    }
  }

  /** What `readSharedSecret('-')` gives in a process of its own: K in hex, or code and message. */
  function readFromStandardInput(
    options: { input: Uint8Array } | { stdio: [number, 'pipe', 'inherit'] },
  ): string {
    const program = `
      import { readSharedSecret } from ${JSON.stringify(new URL('./keyfile.ts', import.meta.url))};
      readSharedSecret('-').then(
        (K) => console.log(Buffer.from(K).toString('hex')),
        (error) => console.log(error.code, error.message),
      );`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program],
      options,
    );
    expect(status).toBe(0);
    return stdout.toString().trimEnd();
  }
});

describe('an error names the option, the value and the reason, in one line (KF-6)', () => {
  test('a file that is missing', async () => {
    const path = join(folder, 'missing');
    const error = await errorOf(path);
    expect(error.code).toBe('ENOENT');
    expect(error.message).toBe(`-k "${path}": cannot open key file: No such file or directory`);
  });

  test('a directory', async () => {
    const error = await errorOf(folder);
    expect(error.code).toBe('EISDIR');
    expect(error.message).toBe(`-k "${folder}": cannot read key file: Is a directory`);
  });

  test('a path through a file', async () => {
    const error = await errorOf(join(file('plain', bytes(3)), 'key'));
    expect(error.code).toBe('ENOTDIR');
    expect(error.message).toMatch(/: cannot open key file: Not a directory$/);
  });

  test('a file that may not be read, which root may', async () => {
    const refused = Object.assign(new Error('permission denied'), { code: 'EACCES', errno: -13 });
    Object.assign(vi.spyOn(fs, 'open'), { [promisify.custom]: () => Promise.reject(refused) });
    syncBuiltinESMExports();
    try {
      const error = await errorOf('/etc/key');
      expect(error.code).toBe('EACCES');
      expect(error.message).toBe('-k "/etc/key": cannot open key file: Permission denied');
    } finally {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    }
  });

  test('a link to itself', async () => {
    const path = join(folder, 'loop');
    symlinkSync(path, path);
    expect((await errorOf(path)).code).toBe('ELOOP');
  });

  test('a socket', async () => {
    const path = join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((done) => server.listen(path, done));
    const error = await errorOf(path);
    await new Promise((done) => server.close(done));
    expect(error.message).toMatch(/^-k ".*socket": cannot open key file: .+$/);
  });

  test('a path that no file can have, kept to one line', async () => {
    const error = await errorOf('two\nlines\0');
    expect(error.message).toBe('-k "two\\nlines\\u0000": cannot open key file: Not a valid path');
    expect((await errorOf('two\nlines')).message).not.toContain('\n');
  });

  test('an empty name', async () => {
    expect((await errorOf('')).code).toBe('ENOENT');
  });
});

async function errorOf(path: string): Promise<KeyFileError> {
  const error = await readSharedSecret(path).catch((reason: unknown) => reason);
  if (!(error instanceof KeyFileError)) throw new Error(`no KeyFileError for ${path}: ${error}`);
  return error;
}

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

function sha256(content: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(content).digest());
}

function hex(content: Uint8Array): string {
  return Buffer.from(content).toString('hex');
}
