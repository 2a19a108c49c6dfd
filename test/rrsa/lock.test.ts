import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleepFor } from '../../src/io.ts';
import { fileLocks } from '../../src/rrsa/lock.ts';
import { errorOf, recordingReport, sharedController } from './fakes.ts';

const clock = { now: () => Date.now(), sleep: sleepFor, random: () => Math.random() };

describe('the lock between processes of one machine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const setUp = (where: string | undefined = folder) => {
    const report = recordingReport();
    const controller = sharedController();
    return { report, controller, withLock: fileLocks(where, { clock, report, signal: controller.signal }) };
  };

  it('lets one in at a time, and everybody in the end', async () => {
    const one = setUp();
    const other = setUp();
    let inside = 0;
    const order: number[] = [];
    const work = (index: number) => async () => {
      inside += 1;
      expect(inside).toBe(1);
      await sleepFor(5);
      order.push(index);
      inside -= 1;
      return index;
    };
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? one : other).withLock('role', work(index))),
    );
    expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(order).toHaveLength(10);
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not make different roles wait for each other', async () => {
    const { withLock } = setUp();
    await withLock('role a', () => withLock('role b', async () => {}));
  });

  it('is given back when the work fails, and the failure travels on', async () => {
    const { withLock } = setUp();
    const failure = new Error('no');
    const work = withLock('role', async () => {
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    await expect(withLock('role', async () => 'again')).resolves.toBe('again');
  });

  it('keeps user text out of the file name', async () => {
    const { withLock } = setUp();
    await withLock('../../etc/role', async () => {
      expect(await readdir(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.lock$/)]);
    });
  });

  it('is taken over from a holder that was killed', async () => {
    const { withLock } = setUp();
    let name = '';
    await withLock('role', async () => {
      name = (await readdir(folder))[0] ?? '';
    });
    const left = join(folder, name);
    await mkdir(left);
    const longAgo = new Date(Date.now() - 11_000);
    await utimes(left, longAgo, longAgo);
    await expect(withLock('role', async () => 'mine')).resolves.toBe('mine');
  });

  it('stops waiting when it is interrupted, and does not run the work', async () => {
    const holder = setUp();
    const waiter = setUp();
    const reason = new Error('interrupted');
    await holder.withLock('role', async () => {
      const waiting = waiter.withLock('role', async () => {
        throw new Error('ran');
      });
      setTimeout(() => waiter.controller.abort(reason), 60);
      expect(await errorOf(waiting)).toBe(reason);
    });
  });

  it('does without where there is no home folder', async () => {
    const report = recordingReport();
    const { signal } = sharedController();
    const withLock = fileLocks(undefined, { clock, report, signal });
    await expect(withLock('role', async () => 'done')).resolves.toBe('done');
    expect(report.lines).toEqual(['debug: no lock for role: there is no home folder']);
  });

  it('does without where the folder cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { withLock, report } = setUp(join(file, 'locks'));
    await expect(withLock('role', async () => 'done')).resolves.toBe('done');
    expect(report.lines).toEqual([expect.stringMatching(/^debug: no lock for role: ENOTDIR/)]);
  });

  it('minds no lock that vanishes under it', async () => {
    const { withLock, report } = setUp();
    await expect(
      withLock('role', async () => {
        await rm(folder, { recursive: true, force: true });
        return 'done';
      }),
    ).resolves.toBe('done');
    expect(report.text()).not.toMatch(/warn|error/);
  });
});
