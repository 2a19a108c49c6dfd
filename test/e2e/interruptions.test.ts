import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readApiServer } from '../../src/sandbox/cs/api-server.ts';
import {
  apiServerLines,
  applyLines,
  type CommandLine,
  credentialLines,
  kubernetesLines,
  trustLines,
} from '../faults/command-lines.ts';
import { formerUser, type Place } from '../faults/seed.ts';
import { brokenFiles, filesIn, startedWorld, thingsOf, type World } from '../faults/world.ts';
import { sendJson, startedListServer } from '../support/kubernetes-lists.ts';
import { runTool } from '../support/tool.ts';

/** Most of the time of a cell is waiting, for a lock of somebody who was killed among others. */
const atOnce = 8;

const named = (lines: readonly CommandLine[], name: string): CommandLine => {
  const found = lines.find((line) => line.name === name);
  if (found === undefined) throw new Error(`no command line ${name}`);
  return found;
};

const interrupted: readonly CommandLine[] = [
  named(trustLines, 'rrsa associate-role'),
  named(applyLines, 'rrsa apply'),
  named(kubernetesLines, 'get-kubeconfig --merge'),
  named(kubernetesLines, 'credential-plugin get-credential'),
  named(credentialLines, 'export-credentials --cache'),
];
const cleanup = named(apiServerLines, 'rbac cleanup-user-permissions');

interface Cut {
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  exitCode: number;
  when: 'before' | 'after' | 'passing';
  /** How long after that moment, in milliseconds. Default 0. */
  delayMs?: number;
}

const cuts: readonly Cut[] = [
  { signal: 'SIGINT', exitCode: 130, when: 'after' },
  { signal: 'SIGTERM', exitCode: 143, when: 'before' },
  { signal: 'SIGKILL', exitCode: 137, when: 'before' },
  { signal: 'SIGKILL', exitCode: 137, when: 'after' },
];

async function worldFor(line: CommandLine, place: Place) {
  const world = await startedWorld(place);
  const { argv = [], env = {} } = (await line.prepare?.(world)) ?? {};
  return { world, argv: [...line.argv, ...argv], env };
}

/** What a command line changes, and how many calls that takes. */
async function healthyRun(line: CommandLine, place: Place) {
  const { world, argv, env } = await worldFor(line, place);
  const old = thingsOf(world);
  const { exitCode, stderr } = await world.run(argv, { env });
  expect(exitCode, stderr).toBe(0);
  const healthy = { old, next: thingsOf(world), calls: world.newCalls().length };
  await world.close();
  return healthy;
}

/** Ends the built program by a signal while its nth call is under way, and runs it once more. Says what is wrong then. */
async function cutOff(line: CommandLine, place: Place, nth: number, cut: Cut): Promise<string[]> {
  const { signal, exitCode, when, delayMs = 0 } = cut;
  const { old, next } = await healthyOf(line, place);
  const { world, argv, env } = await worldFor(line, place);
  try {
    let isSent = false;
    const hasCome = world.hold(nth, when);
    const ended = await runTool(argv, {
      env: { ...world.env, ...env },
      onStart: (child) => {
        void hasCome.then(() => setTimeout(() => (isSent = child.kill(signal)), delayMs));
      },
    });
    const wrong: string[] = [];
    // Who is answered may be done before the signal comes, and a busy machine makes a call more or less.
    const isDone = ended.exitCode === 0 && (when === 'passing' || !isSent);
    if (ended.exitCode !== exitCode && !isDone) wrong.push(`ends with ${ended.exitCode}: ${ended.stderr}`);
    const told = signal === 'SIGKILL' || isDone ? '' : `error: interrupted by ${signal}`;
    if (!ended.stderr.includes(told) || /internal error|^\s+at /m.test(ended.stderr))
      wrong.push(`says ${ended.stderr}`);
    const now = thingsOf(world);
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const value = now.get(name);
      if (value !== old.get(name) && value !== next.get(name)) wrong.push(`is a mixture: ${name}`);
    }
    const left = brokenFiles(world.home).filter((path) => signal !== 'SIGKILL' || !/unfinished|\.lock/.test(path));
    if (left.length > 0) wrong.push(`leaves ${left}`);
    wrong.push(...withoutBackup(world, old, now));
    void world.hold(0);
    // A lock that is left is waited for in real time, which passes faster within this process.
    const again =
      when === 'passing' ? await runTool(argv, { env: { ...world.env, ...env } }) : await world.run(argv, { env });
    if (again.exitCode !== 0) wrong.push(`run again it ends with ${again.exitCode}: ${again.stderr}`);
    for (const [name, value] of next) if (thingsOf(world).get(name) !== value) wrong.push(`run again: ${name}`);
    return wrong.map((what) => `${signal} ${when} the effect of call ${nth}: ${what}`);
  } finally {
    await world.close();
  }
}

/** Trust policies that have changed, and permissions that are gone, without a file that keeps what was. */
function withoutBackup(world: World, old: Map<string, string>, now: Map<string, string>): string[] {
  const kept = filesIn(world.home).filter((path) => /ack-ram-tool\/(backups|rbac)\/.*\.json$/.test(path));
  const texts = kept.map((path) => readFileSync(path, 'utf8'));
  const lost = [...old].filter(([name, value]) => {
    if (!name.startsWith('role ') || now.get(name) === value) return false;
    return !texts.some((text) => text.includes(`role/${name.slice(5)}"`));
  });
  const isCleaned = [...now.keys()].some((name) => name.startsWith(`${formerUser} has nothing`));
  if (isCleaned && kept.length < 2) lost.push(['bindings', '']);
  return lost.map(([name]) => `keeps no backup of ${name}`);
}

const known = new Map<CommandLine, ReturnType<typeof healthyRun>>();

function healthyOf(line: CommandLine, place: Place): ReturnType<typeof healthyRun> {
  const found = known.get(line) ?? healthyRun(line, place);
  known.set(line, found);
  return found;
}

async function all(jobs: (() => Promise<string[]>)[]): Promise<void> {
  const wrong: string[] = [];
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) wrong.push(...(await job()));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(wrong.join('\n')).toBe('');
}

async function cutEverywhere(line: CommandLine, place: Place = {}): Promise<void> {
  const { calls } = await healthyOf(line, place);
  expect(calls).toBeGreaterThan(0);
  const jobs = Array.from({ length: calls }, (_, index) => index + 1).flatMap((nth) =>
    cuts.map((cut) => () => cutOff(line, place, nth, cut)),
  );
  await all(jobs);
}

/** Killed while it writes, or about then: some milliseconds after it was answered. */
async function killWhileWriting(line: CommandLine): Promise<void> {
  const { calls } = await healthyOf(line, {});
  const delays = [0, 1, 2, 4, 6, 9, 13, 20];
  const kill = { signal: 'SIGKILL', exitCode: 137, when: 'passing' } as const;
  await all(delays.map((delayMs) => () => cutOff(line, {}, calls, { ...kill, delayMs })));
}

describe('ended by SIGINT, SIGTERM or SIGKILL at any call', () => {
  let place: Place = {};

  beforeAll(async () => {
    const api = '/apis/rbac.authorization.k8s.io/v1';
    const apiGroup = 'rbac.authorization.k8s.io';
    const server = await startedListServer((path, response) => {
      if (path.includes('bindings/')) sendJson(response, 200, { kind: 'Status', status: 'Success' });
      return path.includes('bindings/');
    });
    const subjects = [{ kind: 'User', apiGroup, name: formerUser }];
    const roleRef = { apiGroup, kind: 'ClusterRole', name: 'cs:admin' };
    server.lists.set(`${api}/clusterrolebindings`, [{ metadata: { name: 'all' }, roleRef, subjects }]);
    server.lists.set(`${api}/rolebindings`, [{ metadata: { name: 'app', namespace: 'app' }, roleRef, subjects }]);
    place = { apiServer: await readApiServer('/kubeconfig', async () => server.kubeconfig) };
  });

  for (const line of interrupted) {
    it(
      `${line.name} leaves whole files, keeps what was, and finishes the next time`,
      () => cutEverywhere(line),
      240_000,
    );
  }

  for (const line of interrupted.slice(2)) {
    it(
      `${line.name} killed while it writes leaves whole files, and finishes the next time`,
      () => killWhileWriting(line),
      120_000,
    );
  }

  it(
    `${cleanup.name} leaves whole files, keeps what was, and finishes the next time`,
    () => cutEverywhere(cleanup, place),
    240_000,
  );
});
