import { lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podOn } from '../support/pod.ts';
import { type RunningSandbox, runTool, scratchFolder, startedSandbox, type ToolOptions } from '../support/tool.ts';

const processes = 50;
const sandbox = await startedSandbox(['--update-time', '0s']);
const pod = await podOn(sandbox, scratchFolder());

interface Call {
  api: string;
}

/** The calls of STS that gave credentials, since the sandbox was started. */
async function issued({ env }: RunningSandbox): Promise<number> {
  const answer = await fetch(`${env.ACK_RAM_TOOL_SANDBOX_URL}/access-log`);
  const calls = (await answer.json()) as Call[];
  return calls.filter(({ api }) => api.startsWith('AssumeRole')).length;
}

function exported(env: ToolOptions['env'], flags: readonly string[] = ['--cache']) {
  return runTool(['export-credentials', '-f', 'aliyun-cli-uri-json', ...flags], { env: { ...env } });
}

const folderIn = (home: string): string => join(home, '.cache', 'ack-ram-tool', 'credentials');

describe('the cache of temporary credentials', () => {
  it(`makes ${processes} processes that start at once call STS once`, async () => {
    const env = { ...pod, HOME: scratchFolder() };
    const before = await issued(sandbox);
    const results = await Promise.all(Array.from({ length: processes }, () => exported(env)));
    for (const { exitCode, stderr } of results) expect(exitCode, stderr).toBe(0);
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(1);
    expect(await issued(sandbox)).toBe(before + 1);

    const [name, ...others] = readdirSync(folderIn(env.HOME));
    expect(others).toEqual([]);
    expect(name).toMatch(/^[0-9a-f]{64}\.json$/);
    expect(statSync(join(folderIn(env.HOME), name ?? '')).mode & 0o777).toBe(0o600);
    expect(statSync(folderIn(env.HOME)).mode & 0o777).toBe(0o700);
  }, 120_000);

  it('is off unless it is asked for, by the flag or the variable', async () => {
    const env = { ...pod, HOME: scratchFolder() };
    const before = await issued(sandbox);
    await exported(env, []);
    expect(lstatSync(folderIn(env.HOME), { throwIfNoEntry: false })).toBeUndefined();
    await exported({ ...env, ACK_RAM_TOOL_CACHE: '1' }, []);
    await exported(env);
    await exported({ ...env, ACK_RAM_TOOL_CACHE: '1' }, ['--cache=false']);
    expect(await issued(sandbox)).toBe(before + 3);
  });

  it('needs no network when it has what is asked for', async () => {
    const ownSandbox = await startedSandbox(['--update-time', '0s']);
    const env = { ...(await podOn(ownSandbox, scratchFolder())), HOME: scratchFolder(), ACK_RAM_TOOL_MAX_RETRIES: '0' };
    const first = await exported(env);
    await ownSandbox.stop();
    expect(await exported(env)).toEqual(first);
    expect(first.exitCode, first.stderr).toBe(0);
    expect((await exported(env, [])).exitCode).not.toBe(0);
  });

  it('replaces a damaged file, says so at debug level, and shows no secret of it', async () => {
    const env = { ...pod, HOME: scratchFolder() };
    await exported(env);
    const file = join(folderIn(env.HOME), readdirSync(folderIn(env.HOME))[0] ?? '');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -10));
    const secret = /"accessKeySecret":"([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? 'missing';
    const { exitCode, stderr } = await exported(env, ['--cache', '--log-level', 'debug']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`cached credentials ignored: ${file} does not hold what belongs there`);
    expect(stderr).not.toContain(secret);
    expect(() => JSON.parse(readFileSync(file, 'utf8'))).not.toThrow();
  });

  it('is cleared by cache clear, also when there is nothing to clear', async () => {
    const env = { ...pod, HOME: scratchFolder() };
    expect(await runTool(['cache', 'clear'], { env })).toMatchObject({
      exitCode: 0,
      stdout: 'no cached credentials\n',
    });
    await exported(env);
    writeFileSync(join(folderIn(env.HOME), 'notes.txt'), '');
    const cleared = await runTool(['cache', 'clear', '-o', 'json'], { env });
    expect(cleared.exitCode, cleared.stderr).toBe(0);
    expect(JSON.parse(cleared.stdout)).toEqual({ schemaVersion: 1, removed: 1, certificates: 0 });
    expect(readdirSync(folderIn(env.HOME))).toEqual(['notes.txt']);
    const before = await issued(sandbox);
    await exported(env);
    expect(await issued(sandbox)).toBe(before + 1);
  });

  it('is no failure where there is no home folder, or none that can be written', async () => {
    const none = await exported({ ...pod, HOME: '' });
    expect(none.exitCode, none.stderr).toBe(0);
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    const blocked = await exported({ ...pod, HOME: file });
    expect(blocked.exitCode, blocked.stderr).toBe(0);
    expect(blocked.stderr).toBe('');
  });
});
