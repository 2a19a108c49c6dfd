import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withCache } from '../../src/credentials/cache.ts';
import { formatEntry, parseEntry } from '../../src/credentials/cache-entry.ts';
import { removeEntries } from '../../src/credentials/cache-files.ts';
import { cacheKey, type KeyParts } from '../../src/credentials/cache-key.ts';
import type { Credentials, Provider } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';
import { sleepFor } from '../../src/io.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { scratchFolder } from '../support/tool.ts';

const minute = 60_000;
const uid = process.geteuid?.();
const parts: KeyParts = { identity: ['kind', 'acs:ram::1000000000000001:role/reader'], stsEndpointName: 'sts' };
const name = `${cacheKey(parts)}.json`;

interface Setup {
  clock: FakeClock;
  folder: string;
  /** Where the entry lies. */
  file: string;
  lines: string[];
  /** How often credentials were asked for. */
  calls: () => number;
  /** As another process would: nothing is remembered but what lies in the folder. */
  ask: (request?: Parameters<Provider>[0], other?: Partial<KeyParts>) => Promise<Credentials>;
}

function setup(overrides: { folder?: string; lifeMs?: number | undefined; provider?: Provider } = {}): Setup {
  const { folder = join(scratchFolder(), 'cache', 'ack-ram-tool'), lifeMs = 60 * minute } = overrides;
  const clock = fakeClock({ start: Date.now() });
  const lines: string[] = [];
  let calls = 0;
  const issue: Provider = async (ask) => {
    calls += 1;
    if (overrides.provider !== undefined) return overrides.provider(ask);
    const expiration =
      'lifeMs' in overrides && overrides.lifeMs === undefined ? undefined : new Date(clock.now() + lifeMs);
    return { accessKeyId: `STS.${calls}`, accessKeySecret: 'PLANTED', securityToken: 'PLANTED', expiration };
  };
  const ports = { clock, signal: new AbortController().signal, debug: (line: string) => void lines.push(line) };
  return {
    clock,
    folder,
    file: join(folder, 'credentials', name),
    lines,
    calls: () => calls,
    ask: (request, other) =>
      withCache(issue, { key: async () => ({ ...parts, ...other }), cache: { folder, uid }, ports })(request),
  };
}

describe('withCache', () => {
  test('asks once for any number of runs', async () => {
    const { ask, calls, lines } = setup();
    const first = await ask();
    for (let run = 0; run < 20; run += 1) expect(await ask()).toEqual(first);
    expect(calls()).toBe(1);
    expect(lines).toEqual([]);
  });

  test('keeps each key apart', async () => {
    const { ask, calls } = setup();
    expect((await ask()).accessKeyId).toBe('STS.1');
    expect((await ask({}, { identity: ['other'] })).accessKeyId).toBe('STS.2');
    expect((await ask()).accessKeyId).toBe('STS.1');
    expect(calls()).toBe(2);
  });

  test('gives the true expiry, not that of the cache', async () => {
    const { ask, clock } = setup();
    const expiration = new Date(clock.now() + 60 * minute);
    await ask();
    expect((await ask()).expiration).toEqual(expiration);
  });

  test.each([
    [60, 55],
    [15, 12],
    [1, 0.8],
  ])('renews a life of %d min after %d min', async (life, due) => {
    const { ask, clock, calls } = setup({ lifeMs: life * minute });
    const start = clock.now();
    await ask();
    const at = async (time: number): Promise<void> => {
      clock.at(time, () => {});
      await clock.run(clock.sleep(time - clock.now()));
      await ask();
    };
    await at(start + due * minute - 1);
    expect(calls()).toBe(1);
    await at(start + due * minute);
    expect(calls()).toBe(2);
    await at(start + due * minute + 1);
    expect(calls()).toBe(2);
  });

  test('keeps the file to this user, and holds the account, the key and the time of issue', async () => {
    const { ask, file, clock } = setup();
    await ask();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schemaVersion: 1,
      key: cacheKey(parts),
      accountId: '1000000000000001',
      issuedAt: new Date(clock.now()).toISOString(),
      expiration: new Date(clock.now() + 60 * minute).toISOString(),
      accessKeyId: 'STS.1',
      accessKeySecret: 'PLANTED',
      securityToken: 'PLANTED',
    });
    expect(readdirSync(dirname(file))).toEqual([name]);
  });

  test('closes a folder of its own that is open to others', async () => {
    const { ask, file } = setup();
    mkdirSync(dirname(file), { recursive: true });
    chmodSync(dirname(file), 0o777);
    await ask();
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  test('gives new ones to who says renew, and keeps those', async () => {
    const { ask } = setup();
    await ask();
    expect((await ask({ renew: true })).accessKeyId).toBe('STS.2');
    expect((await ask()).accessKeyId).toBe('STS.2');
  });

  test('writes nothing down that does not expire', async () => {
    const { ask, file } = setup({ lifeMs: undefined });
    await ask();
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test('writes nothing down without a key', async () => {
    const { folder } = setup();
    const provider: Provider = async () => ({ accessKeyId: 'LTAI', accessKeySecret: 's' });
    const ports = { clock: fakeClock(), signal: new AbortController().signal, debug: () => {} };
    await withCache(provider, { key: async () => undefined, cache: { folder, uid }, ports })();
    expect(lstatSync(folder, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('passes on what the provider throws, keeps nothing, and leaves no lock', async () => {
    const refused = new ToolError('CREDENTIALS_REFUSED', 'no');
    const { ask, file } = setup({ provider: () => Promise.reject(refused) });
    await expect(ask()).rejects.toBe(refused);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test('removes, when it writes, what has long expired', async () => {
    const { ask, file } = setup();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const names = { old: `${'a'.repeat(64)}.json`, recent: `${'b'.repeat(64)}.json`, foreign: 'notes.json' };
    for (const one of Object.values(names)) writeFileSync(join(dirname(file), one), '{}');
    const past = new Date(Date.now() - 25 * 60 * minute);
    for (const one of [names.old, names.foreign]) utimesSync(join(dirname(file), one), past, past);
    await ask();
    expect(readdirSync(dirname(file)).sort()).toEqual([name, names.recent, names.foreign].sort());
  });
});

describe('a file in the cache that is not as it was written', () => {
  const damages: [string, (file: string) => void, string][] = [
    ['empty', (file) => truncateSync(file, 0), 'does not hold what belongs there'],
    ['truncated', (file) => truncateSync(file, 100), 'does not hold what belongs there'],
    ['garbage', (file) => writeFileSync(file, '\0\xff<html>'), 'does not hold what belongs there'],
    ['huge', (file) => truncateSync(file, 10_000_000), 'is larger than 65536 bytes'],
    ['readable by others', (file) => chmodSync(file, 0o644), 'is open to other users'],
    ['of another user', (file) => chownSync(file, 65_534, 65_534), 'belongs to another user'],
    [
      'a symbolic link to an entry that is fine',
      (file) => {
        renameSync(file, `${file}.real`);
        symlinkSync(`${file}.real`, file);
      },
      'is a symbolic link',
    ],
    [
      'a folder',
      (file) => {
        renameSync(file, `${file}.real`);
        mkdirSync(file);
      },
      'is not a plain file',
    ],
    [
      'a pipe that nobody writes to',
      (file) => {
        renameSync(file, `${file}.real`);
        spawnSync('mkfifo', ['-m', '600', file]);
      },
      'is not a plain file',
    ],
    [
      'the entry of another key',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"key":"[0-9a-f]{4}/, '"key":"0000')),
      'does not hold what belongs there',
    ],
    [
      'of another schema',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"schemaVersion":1', '"schemaVersion":2')),
      'does not hold what belongs there',
    ],
  ];

  test.each(damages)('%s is ignored, said so, and replaced', async (kind, damage, reason) => {
    // Only root can give a file away.
    if (kind === 'of another user' && uid !== 0) return;
    const { ask, calls, lines, file } = setup();
    await ask();
    damage(file);
    expect((await ask()).accessKeyId).toBe('STS.2');
    expect(lines).toEqual([`cached credentials ignored: ${file} ${reason}`]);
    expect((await ask()).accessKeyId).toBe('STS.2');
    expect(calls()).toBe(2);
    const stat = lstatSync(file);
    expect([stat.isFile(), stat.mode & 0o777, stat.uid]).toEqual([true, 0o600, uid]);
    expect(lines.join()).not.toContain('PLANTED');
  });

  test('is ignored when it was issued in the future', async () => {
    const { ask, file } = setup();
    await ask();
    const entry = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(
      file,
      JSON.stringify({
        ...entry,
        issuedAt: entry.expiration.replace(/\d{4}/, '2099'),
        expiration: '2199-01-01T00:00:00.000Z',
      }),
    );
    expect((await ask()).accessKeyId).toBe('STS.2');
  });

  test('is read as it was written, and nothing else is taken for an entry', () => {
    const date = fc.date({ min: new Date(0), max: new Date(8e12), noInvalidDate: true });
    const word = fc.string({ minLength: 1 });
    const keyText = word.filter((text) => !text.includes(' '));
    const entry = fc
      .record({
        key: word,
        credentials: fc.record({
          accessKeyId: keyText,
          accessKeySecret: keyText,
          securityToken: keyText,
          expiration: date,
        }),
        issuedAt: date,
        accountId: word,
      })
      .filter(({ issuedAt, credentials }) => issuedAt < credentials.expiration);
    fc.assert(fc.property(entry, (one) => void expect(parseEntry(formatEntry(one))).toEqual(one)));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void expect(parseEntry(text)).toBeUndefined()));
  });

  test('is ignored when it never lived', () => {
    const credentials = { accessKeyId: 'a', accessKeySecret: 'b', securityToken: 'c', expiration: new Date(1_000) };
    expect(parseEntry(formatEntry({ key: 'k', credentials, issuedAt: new Date(1_000) }))).toBeUndefined();
    expect(parseEntry(formatEntry({ key: 'k', credentials, issuedAt: new Date(0) }))).toMatchObject({ key: 'k' });
  });
});

describe('a cache that cannot be used', () => {
  test.each([
    ['there is a file where its folder should be', (folder: string) => writeFileSync(folder, '')],
    [
      'there is a link where its folder should be',
      (folder: string) => {
        mkdirSync(folder);
        symlinkSync(scratchFolder(), join(folder, 'credentials'));
      },
    ],
    [
      'its folder belongs to another user',
      (folder: string) => {
        mkdirSync(join(folder, 'credentials'), { recursive: true });
        if (uid === 0) chownSync(join(folder, 'credentials'), 65_534, 65_534);
        else chmodSync(folder, 0o500);
      },
    ],
  ])('is no failure when %s', async (_name, prepare) => {
    const folder = join(scratchFolder(), 'ack-ram-tool');
    prepare(folder);
    const { ask, calls, lines } = setup({ folder });
    expect((await ask()).accessKeyId).toBe('STS.1');
    expect((await ask()).accessKeyId).toBe('STS.2');
    expect(calls()).toBe(2);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('is no failure without a home folder', async () => {
    const lines: string[] = [];
    const ports = {
      clock: fakeClock(),
      signal: new AbortController().signal,
      debug: (line: string) => void lines.push(line),
    };
    const provider: Provider = async () => ({ accessKeyId: 'a', accessKeySecret: 'b' });
    await withCache(provider, { key: async () => parts, cache: { folder: undefined, uid }, ports })();
    expect(lines).toEqual(['no cache of credentials: there is no home folder']);
  });

  test('is no failure when somebody holds the lock for ever', async () => {
    const { ask, clock, lines, file } = setup();
    const start = clock.now();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { lock } = (await import('proper-lockfile')).default;
    const release = await lock(file, { realpath: false });
    // The fake clock moves only while it runs, and between two steps real files are read.
    const asked = ask();
    let isDone = false;
    const done = asked.finally(() => {
      isDone = true;
    });
    while (!isDone) await clock.run(new Promise((resolve) => setTimeout(resolve, 1))).catch(() => {});
    await done;
    expect((await asked).accessKeyId).toBe('STS.1');
    await release();
    expect(clock.now() - start).toBeGreaterThanOrEqual(20_000);
    expect(lines).toEqual(['no lock for cached credentials: somebody else has held it for 20 s']);
  });

  test('is left alone once the run is interrupted while it waits for the lock', async () => {
    const { folder, file } = setup();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { lock } = (await import('proper-lockfile')).default;
    const release = await lock(file, { realpath: false });
    const controller = new AbortController();
    const interrupted = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    const ports = { clock: { ...fakeClock(), sleep: sleepFor }, signal: controller.signal, debug: () => {} };
    const provider: Provider = () => Promise.reject(new Error('was asked'));
    const asked = withCache(provider, { key: async () => parts, cache: { folder, uid }, ports })();
    setTimeout(() => controller.abort(interrupted), 20);
    await expect(asked).rejects.toBe(interrupted);
    await release();
  });
});

describe('removeEntries', () => {
  test('removes what this tool wrote and nothing else', () => {
    const folder = scratchFolder();
    const key = 'c'.repeat(64);
    const others = ['notes.txt', `${key}.json.bak`, `${key.toUpperCase()}.json`, `x${key}.json`, 'c.json'];
    for (const one of [`${key}.json`, `${'d'.repeat(64)}.json`, `${key}.json.0011aabb.unfinished`, ...others]) {
      writeFileSync(join(folder, one), '');
    }
    mkdirSync(join(folder, `${'e'.repeat(64)}.json`));
    expect(removeEntries(folder)).toBe(2);
    expect(readdirSync(folder).sort()).toEqual([...others, `${'e'.repeat(64)}.json`].sort());
  });

  test('finds none in a folder that is not there', () => {
    expect(removeEntries(join(scratchFolder(), 'missing'))).toBe(0);
  });

  test('removes a link, not what it leads to', () => {
    const folder = scratchFolder();
    const target = join(scratchFolder(), 'precious');
    writeFileSync(target, 'x');
    symlinkSync(target, join(folder, `${'f'.repeat(64)}.json`));
    expect(removeEntries(folder)).toBe(1);
    expect(readFileSync(target, 'utf8')).toBe('x');
  });
});
