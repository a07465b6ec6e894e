/**
 * Whose socket is at a path: what a start may replace, and what an end may remove. What another
 * user may not do is tried in a process of that user, which needs root to begin it.
 */

import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net, { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UNIX_PATH_LIMIT_BYTES } from '../config/address.ts';
import { NOT_ROOT } from '../daemon/testing/spiped-process.ts';
import { listen, type Removal } from './listen.ts';

/** Play a file system that has no hard links for sockets. */
function withoutLinks(): void {
  vi.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error('no links here'), { code: 'EPERM' });
  });
  // So that what was imported by name is the played one, too.
  syncBuiltinESMExports();
}

let directory: string;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spiped-'));
  path = join(directory, 'socket');
});

afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  rmSync(directory, { recursive: true, force: true });
});

/** A start: a server that says this to whoever connects. */
async function begin(greeting = '', at = path): Promise<{ server: Server; remove: Removal }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(greeting);
  });
  const remove = await listen(server, { path: at });
  servers.push(server);
  return { server, remove };
}

/** Who listens at the path, by what it says; or the code of the error. */
function whoAnswers(at = path): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const client = connect(at);
    client.on('data', (text) => {
      said += text;
    });
    client.on('end', () => resolve(said));
    client.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'));
  });
}

/** A socket whose process is gone, as SIGKILL leaves it. */
async function leaveSocket(at = path): Promise<void> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(`${at}-old`, done));
  renameSync(`${at}-old`, at);
  await new Promise((done) => server.close(done));
}

describe('a start', () => {
  test('leaves nothing in the directory but the socket', async () => {
    await begin('here');
    expect(readdirSync(directory)).toEqual(['socket']);
    expect(await whoAnswers()).toBe('here');
  });

  //= CL-35
  //# A UNIX socket at the source that no process listens on SHOULD be replaced; of several starts
  //# at once, by one.
  test('CL-35: of many at once over one abandoned socket, one succeeds, and serves', async () => {
    for (let round = 0; round < 10; round++) {
      await leaveSocket();
      const starts = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) => begin(String(index))),
      );
      const winners = starts.flatMap(({ status }, index) => (status === 'fulfilled' ? index : []));
      expect(winners).toHaveLength(1);
      for (const start of starts) {
        if (start.status === 'rejected') expect(start.reason).toMatchObject({ code: 'EADDRINUSE' });
      }
      expect(await whoAnswers()).toBe(String(winners[0]));
      expect(readdirSync(directory)).toEqual(['socket']);
      await new Promise((done) => servers.pop()?.close(done));
    }
  });

  test('gives way to another one that is just replacing the abandoned socket', async () => {
    await leaveSocket();
    const lock = join(directory, 'lock');
    await begin('the other', lock);
    linkSync(lock, lockOf(path));
    await expect(begin()).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
    expect(await whoAnswers()).toBe('ECONNREFUSED');
    rmSync(lockOf(path));
    expect(readdirSync(directory).sort()).toEqual(['lock', 'socket']);
  });

  test('is not hindered by another one that was killed while it replaced the socket', async () => {
    await leaveSocket();
    await leaveSocket(lockOf(path));
    await begin('here');
    expect(await whoAnswers()).toBe('here');
    expect(readdirSync(directory)).toEqual(['socket']);
  });

  test('needs no hard links: it replaces, and gives way', async () => {
    withoutLinks();
    await leaveSocket();
    await begin('first');
    await expect(begin('second')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await whoAnswers()).toBe('first');
    expect(readdirSync(directory)).toEqual(['socket']);
  });

  test.each([1, 2, 12, 40])(
    'can have the longest path, with a name of %i bytes',
    async (length) => {
      const name = 'n'.repeat(length);
      const rest = UNIX_PATH_LIMIT_BYTES - Buffer.byteLength(directory) - length - 2;
      const deep = join(directory, 'd'.repeat(rest));
      mkdirSync(deep);
      const long = join(deep, name);
      await leaveSocket(join(directory, 'moved'));
      renameSync(join(directory, 'moved'), long);
      const { server, remove } = await begin('here', long);
      expect(await whoAnswers(long)).toBe('here');
      expect(descriptorsOf(deep)).toBe(0);
      expect(readdirSync(deep)).toEqual([name]);
      remove();
      expect(readdirSync(deep)).toEqual([]);
      expect(server.listening).toBe(true);
    },
  );

  describe('of somebody who knows of no lock', () => {
    /** Do this before the next call of that function. */
    function justBefore(
      name: 'lstatSync' | 'linkSync' | 'renameSync' | 'unlinkSync',
      act: () => void,
    ) {
      const real = fs[name] as (...args: unknown[]) => unknown;
      const spy = vi.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
        spy.mockRestore();
        syncBuiltinESMExports();
        act();
        return real(...args);
      }) as never);
      syncBuiltinESMExports();
    }
    /** A server takes the place of what is there; it listens when this returns. */
    function intrude(): void {
      // What was there keeps its inode, which would be used again at once.
      renameSync(path, `${path}.old`);
      servers.push(
        createServer((socket) => socket.on('error', () => {}).end('intruder')).listen(path),
      );
    }

    test('CL-36: a socket that is put there just before it is taken away is put back', async () => {
      await leaveSocket();
      justBefore('renameSync', intrude);
      await expect(begin()).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(await whoAnswers()).toBe('intruder');
      expect(readdirSync(directory)).toEqual(['socket', 'socket.old']);
    });

    test('CL-36: a socket with the number of the abandoned one is told by its time', async () => {
      await leaveSocket();
      const { ino } = lstatSync(path, { bigint: true });
      justBefore('linkSync', () => {
        intrude();
        const real = fs.lstatSync;
        const own = real(path, { bigint: true }).ino;
        vi.spyOn(fs, 'lstatSync').mockImplementation(((...args: Parameters<typeof real>) => {
          const status = real(...args);
          if (status?.ino === own) Object.assign(status, { ino });
          return status;
        }) as never);
        syncBuiltinESMExports();
      });
      await expect(begin()).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(await whoAnswers()).toBe('intruder');
    });

    test('an abandoned socket that goes away by itself is no obstacle', async () => {
      await leaveSocket();
      justBefore('renameSync', () => rmSync(path));
      await begin('here');
      expect(await whoAnswers()).toBe('here');
    });

    test('CL-36: without hard links, a file that appears meanwhile is not replaced', async () => {
      vi.spyOn(fs, 'linkSync').mockImplementation(() => {
        writeFileSync(path, 'precious');
        throw Object.assign(new Error('no links here'), { code: 'EPERM' });
      });
      syncBuiltinESMExports();
      await expect(begin()).rejects.toThrow('a regular file is there (EADDRINUSE)');
      expect(readFileSync(path, 'utf8')).toBe('precious');
      expect(readdirSync(directory)).toEqual(['socket']);
    });

    test('a lock that is let go of while it is looked at is no obstacle', async () => {
      await leaveSocket();
      const lock = lockOf(path);
      await begin('the other', lock);
      const real = net.createConnection as (options: object) => net.Socket;
      vi.spyOn(net, 'createConnection').mockImplementation(((options: { path: string }) => {
        if (options.path === lock) rmSync(lock);
        return real(options);
      }) as never);
      syncBuiltinESMExports();
      await begin('here');
      expect(await whoAnswers()).toBe('here');
      expect(readdirSync(directory)).toEqual(['socket']);
    });

    test('CL-37: at the end, a socket that goes away by itself is no error, and another is', async () => {
      const { remove } = await begin();
      justBefore('unlinkSync', () => rmSync(path));
      remove();
      const second = await begin();
      justBefore('unlinkSync', () => {
        throw Object.assign(new Error('refused'), { code: 'EACCES' });
      });
      expect(second.remove).toThrow('refused');
    });
  });

  //= CL-36
  //# What is at the path of a source MUST NOT be touched, unless it is the daemon's own UNIX socket
  //# or one that no process listens on: neither at the start, which then fails, nor at the end.
  test.each([
    ['a FIFO', () => spawnSync('mkfifo', [path])],
    ['a regular file', () => writeFileSync(path, 'precious')],
    ['a directory', () => mkdirSync(path)],
    ['a symbolic link', () => symlinkSync('nowhere', path)],
  ])('CL-36: says that %s is there, and does not touch it', async (kind, make) => {
    make();
    const before = lstatSync(path, { bigint: true });
    await expect(begin()).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `${kind} is there (EADDRINUSE)`,
    });
    expect(lstatSync(path, { bigint: true })).toMatchObject({
      ino: before.ino,
      ctimeNs: before.ctimeNs,
    });
    expect(readdirSync(directory)).toEqual(['socket']);
  });

  test.each([
    // Somebody listens, and is behind with accepting.
    ['EAGAIN', 'listen EADDRINUSE: address already in use'],
    ['EMFILE', 'a UNIX socket is there, and whether somebody listens on it cannot be told'],
  ])('CL-36: does not touch a socket when the system says %s', async (code, message) => {
    await leaveSocket();
    vi.spyOn(net, 'createConnection').mockImplementation(() => {
      const probe = new net.Socket();
      return probe.destroy(Object.assign(new Error('refused'), { code }));
    });
    syncBuiltinESMExports();
    const start = begin();
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(start).rejects.toThrow(message);
    expect(readdirSync(directory)).toEqual(['socket']);
  });

  test('CL-36: does not touch a datagram socket', async ({ skip }) => {
    if (spawnSync('python3', ['-V']).status !== 0) skip('this needs python3');
    const { status, stdout } = spawnSync(
      'python3',
      ['-c', DATAGRAM, path, process.execPath, '--input-type=module', '--eval', START, path],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^EADDRINUSE a UNIX socket of another kind is there/);
    expect(readdirSync(directory)).toEqual(['socket']);
  });
});

describe('an end', () => {
  //= CL-37
  //# The UNIX socket of a source SHOULD be removed when the daemon stops listening.
  test('removes the socket while it still listens', async () => {
    const { server, remove } = await begin();
    remove();
    expect(readdirSync(directory)).toEqual([]);
    expect(server.listening).toBe(true);
  });

  test('leaves the socket of a successor', async () => {
    const { server, remove } = await begin('old');
    rmSync(path);
    await begin('new');
    remove();
    await new Promise((done) => server.close(done));
    expect(await whoAnswers()).toBe('new');
  });

  test('leaves a file that has taken its place, also when the server closes', async () => {
    const { server, remove } = await begin();
    rmSync(path);
    writeFileSync(path, 'precious');
    remove();
    await new Promise((done) => server.close(done));
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('leaves a socket of another file system that is mounted over the directory', async () => {
    const { remove } = await begin('here');
    const real = fs.lstatSync;
    vi.spyOn(fs, 'lstatSync').mockImplementation(((...args: Parameters<typeof real>) => {
      const status = real(...args);
      return status && Object.assign(status, { dev: 0n });
    }) as never);
    syncBuiltinESMExports();
    remove();
    expect(await whoAnswers()).toBe('here');
  });

  test('removes nothing when the socket was moved', async () => {
    const { server, remove } = await begin();
    renameSync(path, `${path}.moved`);
    remove();
    await new Promise((done) => server.close(done));
    expect(readdirSync(directory)).toEqual(['socket.moved']);
  });
});

describe.skipIf(NOT_ROOT)('another user (needs root)', () => {
  test('CL-36: does not touch a socket to which it may not connect', async () => {
    chmodSync(directory, 0o777);
    await begin('here');
    chmodSync(path, 0o700);
    expect(startAsNobody()).toMatch(/^EADDRINUSE a UNIX socket is there, and whether .*EACCES/);
    expect(await whoAnswers()).toBe('here');
  });

  test('replaces an abandoned socket of root where the directory allows it', async () => {
    chownSync(directory, 65534, 65534);
    await leaveSocket();
    chmodSync(path, 0o777);
    expect(startAsNobody()).toBe('listens');
    expect(existsSync(path)).toBe(false);
  });

  test('says why it may not replace it where the directory does not', async () => {
    chmodSync(directory, 0o1777);
    await leaveSocket();
    chmodSync(path, 0o777);
    expect(startAsNobody()).toMatch(
      /^EADDRINUSE a UNIX socket that no process listens on is there, and cannot be removed: .*EPERM/,
    );
    expect(readdirSync(directory)).toEqual(['socket']);
  });
});

/** How many descriptors of this process lead there; none is seen where there is no /proc. */
function descriptorsOf(at: string): number {
  const links = '/proc/self/fd';
  const descriptors = existsSync(links) ? readdirSync(links) : [];
  return descriptors.filter((one) => {
    const link = join(links, one);
    return existsSync(link) && readlinkSync(link) === at;
  }).length;
}

/** The lock on the abandoned socket at this path. */
function lockOf(at: string): string {
  return `${at}.${lstatSync(at, { bigint: true }).ino.toString(36)}.lock`;
}

/** Starts, says what came of it, and ends. */
const START =
  buildSync({
    stdin: {
      contents: `
        import { createServer } from 'node:net';
        import { listen } from './listen.ts';
        const server = createServer();
        try {
          const remove = await listen(server, { path: process.argv[1] });
          process.stdout.write('listens');
          remove();
          server.close();
        } catch ({ code, message }) {
          process.stdout.write(code + ' ' + message);
        }`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  }).outputFiles[0]?.text ?? '';

/** Runs a command while a datagram socket is bound to its first argument. */
const DATAGRAM = `
import socket, subprocess, sys
bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bound.bind(sys.argv[1])
sys.exit(subprocess.call(sys.argv[2:]))
`;

function startAsNobody(): string {
  const nobody = { uid: 65534, gid: 65534, cwd: '/' };
  const args = ['--input-type=module', '--eval', START, path];
  // The folders above Node may be closed to nobody; this name of it leads past them (proc(5)).
  const node = process.platform === 'linux' ? '/proc/self/exe' : process.execPath;
  const { stdout, stderr } = spawnSync(node, args, { ...nobody, encoding: 'utf8' });
  return stdout === '' ? stderr : stdout;
}
