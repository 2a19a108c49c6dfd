import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli.ts';
import { table } from '../../src/commands/table.ts';
import { ToolError } from '../../src/errors.ts';
import { memoryIo } from '../support/memory-io.ts';
import { scratchFolder } from '../support/tool.ts';
import { brokenKinds, proxyKinds } from './broken-kinds.ts';
import { notRun, type Row, rowsOf } from './commands.ts';
import { kindsOf } from './kinds.ts';
import { type Env, makeScene } from './scene.ts';
import type { Secrets } from './secrets.ts';
import { type Fault, faults } from './world.ts';

/** Where secrets may be kept, 0600, and why. */
const places: readonly { path: RegExp; because: string }[] = [
  { path: /^\.cache\/ack-ram-tool\//, because: 'the cache of credentials' },
  { path: /^\.kube\/cache\/ack-ram-tool\//, because: 'the cache of client certificates' },
  { path: /^\.kube\/config/, because: 'the kubeconfig that it is asked to merge into' },
  { path: /^\.aliyun\/config\.json/, because: 'the login that is renewed' },
];

const folder = scratchFolder();
const scene = await makeScene(join(folder, 'planted'));
const kinds = [...kindsOf(scene), ...brokenKinds(scene), ...proxyKinds(scene)];
const rows = rowsOf(scene);
const temporary = join(folder, 'tmp');
const homes = join(folder, 'homes');
const counts = { runs: 0, leaks: 0, secrets: new Set<string>() };
const printed: string[] = [];

beforeAll(() => {
  mkdirSync(temporary);
  mkdirSync(homes);
  process.env.TMPDIR = temporary;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  }
});

afterAll(() => {
  vi.restoreAllMocks();
  scene.world.close();
  process.stdout.write(
    `leaks: ${counts.runs} runs, ${scene.secrets.size + counts.secrets.size} secrets, ${counts.leaks} found\n`,
  );
});

interface Cell {
  argv: readonly string[];
  env: Env;
  stdin?: string | undefined;
  files?: Readonly<Record<string, string>> | undefined;
  until?: RegExp | undefined;
}

interface Ended {
  exitCode: number;
  out: string;
  err: string;
  home: string;
}

async function run({ argv, env, stdin = '', files = {}, until }: Cell): Promise<Ended> {
  const home = mkdtempSync(join(homes, 'home-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, name), text, { mode: 0o600 });
  }
  const { now, sleep } = scene.clock;
  const io = memoryIo({ env: { ...env, HOME: home }, home, stdin, cwd: home, now, sleep });
  const stopped =
    until === undefined
      ? undefined
      : setInterval(() => {
          if (until.test(io.out() + io.err())) io.interrupt(new ToolError('INTERRUPTED', 'interrupted by SIGINT'));
        }, 5);
  const exitCode = await main(argv, io);
  clearInterval(stopped);
  return { exitCode, out: io.out(), err: io.err(), home };
}

/** The secrets of this run: those that were planted, and those that were issued. */
function known(): Secrets {
  const { sessions } = scene.state.store;
  const { issued } = scene.world;
  const secrets = scene.secrets;
  for (const { accessKeySecret, securityToken, sessionName } of sessions) {
    if (sessionName === 'planted') continue;
    secrets.add('an issued secret', accessKeySecret);
    secrets.add('an issued token', securityToken);
    counts.secrets.add(accessKeySecret).add(securityToken);
  }
  for (const { name, value } of issued) {
    if (value.includes('PRIVATE KEY')) secrets.addPrivateKey(name, value);
    else secrets.add(name, value);
    counts.secrets.add(value);
  }
  return secrets;
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(inner) : [inner];
  });
}

/** Every leak of a run, in words that hold no secret. */
function leaksOf(cell: Cell, { out, err, home }: Ended, asked: Row['asked']): string[] {
  const secrets = known();
  const allowed = asked === undefined ? new Set<string>() : asked.secrets === 'all' ? 'all' : new Set(asked.secrets);
  const leaks: string[] = [];
  const look = (where: string, text: string, except: ReadonlySet<string> = new Set()): void => {
    const found = secrets.find(text, except);
    if (found !== undefined)
      leaks.push(`${where} holds ${found.name} (${found.form}) after: ${found.before.slice(-120)}`);
  };
  if (allowed !== 'all') look('stdout', out, allowed);
  look('stderr', err);
  look('a stream of the process', printed.splice(0).join(''));
  for (const id of scene.ids) if (err.includes(id)) leaks.push(`stderr holds an AccessKey id`);
  for (const target of scene.world.targets) look('a URL', target);
  for (const path of [...filesBelow(home), ...filesBelow(temporary)]) {
    const name = relative(home, path);
    const text = readFileSync(path, 'utf8');
    if (text === cell.files?.[name]) continue;
    const found = secrets.find(text);
    if (found === undefined) continue;
    const { mode } = lstatSync(path);
    if ((mode & 0o077) !== 0) leaks.push(`${name} holds ${found.name} and has mode ${(mode & 0o777).toString(8)}`);
    if (!places.some((place) => place.path.test(name))) leaks.push(`${name} holds ${found.name}`);
  }
  return leaks;
}

async function check(fault: Fault, cell: Cell, asked: Row['asked']): Promise<Ended & { leaks: string[] }> {
  scene.world.fault = fault;
  scene.reset();
  const slow = fault.startsWith('slow') ? { ACK_RAM_TOOL_READ_TIMEOUT: '50ms', ACK_RAM_TOOL_MAX_RETRIES: '0' } : {};
  const whole = { ...cell, env: { ...scene.endpoints, ...slow, ...cell.env, DEBUG: 'sdk,tea,httpx,proxy-agent' } };
  const ended = await run(whole);
  const leaks = leaksOf(whole, ended, asked);
  rmSync(ended.home, { recursive: true, force: true });
  counts.runs += 1;
  counts.leaks += leaks.length;
  return { ...ended, leaks };
}

const nameOf = ({ argv }: Row): string => {
  const spec = table.commands.find(({ path }) => path.every((word, index) => argv[index] === word));
  return spec?.path.join(' ') ?? argv[0] ?? '';
};
const takesJson = (row: Row): boolean =>
  table.commands.some(({ path, outputs }) => path.join(' ') === nameOf(row) && outputs?.includes('json')) &&
  !row.argv.includes('-o');

it('leaves no command out', () => {
  const run = new Set([...rows.map(nameOf), ...Object.keys(notRun)]);
  expect(table.commands.map(({ path }) => path.join(' ')).filter((name) => !run.has(name))).toEqual([]);
});

describe.each(faults)('with fault %s', (fault) => {
  it('no command leaks a secret', { timeout: 120_000 }, async () => {
    const leaks: string[] = [];
    const unwell: string[] = [];
    for (const [index, row] of rows.entries()) {
      const json =
        takesJson(row) && (fault === 'none' || (index + faults.indexOf(fault)) % 2 === 0) ? ['-o', 'json'] : [];
      const child = row.argv.indexOf('--');
      const flags = ['--log-level', 'debug', ...json];
      const argv =
        child === -1 ? [...row.argv, ...flags] : [...row.argv.slice(0, child), ...flags, ...row.argv.slice(child)];
      const cell = { ...row, argv, env: { ...scene.administrator, ...row.env } };
      const { exitCode, err, leaks: found } = await check(fault, cell, row.asked);
      leaks.push(...found.map((leak) => `${row.argv.join(' ')}: ${leak}`));
      if (fault === 'none' && !row.fails)
        if (![0, 3, 130].includes(exitCode)) unwell.push(`${row.argv.join(' ')}\n${err}`);
    }
    expect({ leaks, unwell }).toEqual({ leaks: [], unwell: [] });
  });

  it('no source of credentials leaks a secret', { timeout: 120_000 }, async () => {
    const leaks: string[] = [];
    const unwell: string[] = [];
    for (const [index, kind] of kinds.entries()) {
      const json = (index + faults.indexOf(fault)) % 2 === 0 ? ['-o', 'json'] : [];
      const argv = ['auth', 'whoami', ...(kind.flags ?? []), '--log-level', 'debug', ...json];
      const {
        exitCode,
        err,
        leaks: found,
      } = await check(fault, { argv, env: kind.env ?? {}, files: kind.files }, undefined);
      leaks.push(...found.map((leak) => `${kind.name}: ${leak}`));
      if (fault === 'none' && !kind.unusable && exitCode !== 0) unwell.push(`${kind.name}\n${err}`);
    }
    expect({ leaks, unwell }).toEqual({ leaks: [], unwell: [] });
  });
});
