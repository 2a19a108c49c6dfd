import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runChild } from '../../src/credentials/child.ts';
import { messageOf, ToolError } from '../../src/errors.ts';
import type { SignalName } from '../../src/io.ts';
import { memoryIo } from '../support/memory-io.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-child-'));
  program = join(folder, 'run-child.mjs');
  await build({
    input: join(import.meta.dirname, 'run-child-main.ts'),
    platform: 'node',
    output: { file: program, format: 'esm' },
    logLevel: 'warn',
  });
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  process: ChildProcess;
  /** Resolves when stdout holds the text. */
  saw(text: string): Promise<void>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }>;
}

/** Starts our program, which starts `args`. */
function run(args: string[], input = ''): Run {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH } });
  let out = '';
  let err = '';
  const heard = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    out += chunk;
    for (const listener of heard) listener();
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(input);
  return {
    process: child,
    saw: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (out.includes(text)) resolve();
        };
        heard.add(look);
        look();
      }),
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, out, err }));
    }),
  };
}

const sh = (script: string, input = ''): Run => run(['/bin/sh', '-c', script], input);

describe('runChild', () => {
  test.each([0, 1, 3, 42, 255])('passes exit code %i on', async (code) => {
    expect(await sh(`exit ${code}`).ended).toMatchObject({ code, signal: null, err: '' });
  });

  test.each([
    ['KILL', 137],
    ['SEGV', 139],
    ['INT', 130],
    ['TERM', 143],
  ])('gives 128+n when SIG%s ended the child', async (name, code) => {
    expect(await sh(`kill -${name} $$`).ended).toMatchObject({ code, signal: null });
  });

  test('tells by which signal the child ended', async () => {
    const request = { command: '/bin/sh', args: ['-c', 'kill -KILL $$'], env: {}, io: memoryIo() };
    expect(await runChild(request)).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  });

  test('gives the child our stdin, stdout and stderr', async () => {
    const result = await sh('cat; echo oops >&2', 'through\nstdin\n').ended;
    expect(result).toMatchObject({ code: 0, out: 'through\nstdin\n', err: 'oops\n' });
  });

  test('gives arguments to the child as they are, without a shell', async () => {
    const args = ['$HOME', '`id`', 'a b', "it's", '*', '', '-c', '--', ';true'];
    const { out } = await run(['printf', '<%s>', ...args]).ended;
    expect(out).toBe(args.map((arg) => `<${arg}>`).join(''));
  });

  test.each<SignalName>(['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT', 'SIGWINCH'])(
    'forwards %s to the child and waits for its end',
    async (name) => {
      const trap = `trap 'echo got; exit 7' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const child = sh(trap);
      await child.saw('ready');
      child.process.kill(name);
      expect(await child.ended).toMatchObject({ code: 7, signal: null, out: 'ready\ngot\n', err: '' });
    },
  );

  test('forwards a signal each time it comes, while the child goes on', async () => {
    const child = sh(`trap 'echo hup' HUP; trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done`);
    await child.saw('ready');
    child.process.kill('SIGHUP');
    await child.saw('hup');
    child.process.kill('SIGHUP');
    await child.saw('hup\nhup');
    child.process.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, out: 'ready\nhup\nhup\n' });
  });

  test('leaves no child behind when it is terminated', async () => {
    const child = sh('echo pid $$; exec sleep 600');
    await child.saw('\n');
    child.process.kill('SIGTERM');
    const { code, out } = await child.ended;
    expect(code).toBe(143);
    expect(() => process.kill(Number(out.split(' ')[1]), 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  test('gives 127 for a command that is not found', async () => {
    expect(await run(['no-such-command', 'PLANTED']).ended).toMatchObject({
      code: 127,
      err: 'CHILD_FAILED: command "no-such-command" was not found\n',
    });
    expect(await run(['/no/such/command']).ended).toMatchObject({ code: 127 });
    expect(await run(['']).ended).toMatchObject({ code: 127 });
  });

  test('gives 126 for what is not executable', async () => {
    const file = join(folder, 'plain.txt');
    await writeFile(file, 'text');
    await chmod(file, 0o644);
    expect(await run([file]).ended).toMatchObject({
      code: 126,
      err: `CHILD_FAILED: command "${file}" is not executable\n`,
    });
    expect(await run([folder]).ended).toMatchObject({ code: 126 });
  });

  test('gives 126, and shows nothing of it, for an environment that no child can have', async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'PLANTED\0' };
    const error = await runChild({ command: 'true', args: [], env, io: memoryIo() }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CHILD_FAILED', exitCode: 126 });
    expect(JSON.stringify([messageOf(error), (error as Error).cause, (error as Error).stack])).not.toContain('PLANTED');
  });

  test('gives 126 for an environment that is too large', async () => {
    const env = { HUGE: 'x'.repeat(1 << 22) };
    await expect(runChild({ command: '/bin/true', args: [], env, io: memoryIo() })).rejects.toMatchObject({
      exitCode: 126,
    });
  });

  test('starts nothing when we have been interrupted already', async () => {
    const io = memoryIo();
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    io.interrupt(reason);
    await expect(runChild({ command: 'no-such-command', args: [], env: {}, io })).rejects.toBe(reason);
  });
});

describe('signals while a child runs', () => {
  /** Runs a child that ends by the signal it gets, and raises `name` at us once it runs. */
  async function raise(name: SignalName, tty: boolean) {
    const listeners = new Map<SignalName, () => void>();
    const io = {
      ...memoryIo({ tty }),
      onSignal(signal: SignalName, listener: () => void) {
        listeners.set(signal, listener);
        return () => listeners.delete(signal);
      },
    };
    const running = runChild({ command: '/bin/sleep', args: ['0.3'], env: {}, io });
    const heard = [...listeners.keys()];
    listeners.get(name)?.();
    const result = await running;
    return { heard: heard.sort(), left: listeners.size, signal: result.signal };
  }
  const all = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'];

  test.each(['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)('%s is forwarded at a terminal too', async (name) => {
    expect(await raise(name, true)).toEqual({ heard: all, left: 0, signal: name });
  });

  test.each(['SIGINT', 'SIGQUIT'] as const)(
    '%s is left to the kernel at a terminal, and forwarded elsewhere',
    async (name) => {
      expect(await raise(name, true)).toEqual({ heard: all, left: 0, signal: undefined });
      expect(await raise(name, false)).toEqual({ heard: all, left: 0, signal: name });
    },
  );

  test('nobody hears signals any more after a start that failed', async () => {
    let hearing = 0;
    const io = {
      ...memoryIo(),
      onSignal() {
        hearing += 1;
        return () => {
          hearing -= 1;
        };
      },
    };
    await expect(runChild({ command: '/no/such', args: [], env: {}, io })).rejects.toMatchObject({ exitCode: 127 });
    expect(hearing).toBe(0);
  });
});
