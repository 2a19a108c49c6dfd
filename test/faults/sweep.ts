import { expect } from 'vitest';
import type { CommandLine, Prepared } from './command-lines.ts';
import { startedExpired } from './expired.ts';
import { type Fault, faults, slowReadTimeout } from './faults.ts';
import type { Place } from './seed.ts';
import { brokenFiles, type Outcome, startedWorld, thingsOf, type World } from './world.ts';

export interface Cell {
  /** `GetRole 2`: what goes wrong. */
  call: string;
  fault: string;
  exitCode: number;
  /** What is wrong with it; empty when nothing is. */
  wrong: string[];
  stderr: string;
}

/** More than any cell takes, however busy the machine is: a command that hangs is told from one that is slow. */
const longestMs = 60_000;
/** Calls of the same API that get a fault each; a list in many pages has more, which are no different. */
const mostCalls = 4;
const atOnce = 4;

interface Healthy {
  calls: string[];
  old: Map<string, string>;
  next: Map<string, string>;
}

async function worldFor(line: CommandLine, place: Place, more: Prepared['env'] = {}) {
  const world = await startedWorld(place);
  const { argv = [], env } = (await line.prepare?.(world)) ?? {};
  const run = (options: { fault?: string; readTimeout?: string } = {}): Promise<Outcome> =>
    world.run([...line.argv, ...argv], { ...options, speed: line.speed, env: { ...env, ...more } });
  return { world, run };
}

/** What a command line calls and changes when nothing goes wrong; running it twice is to change nothing more. */
async function healthyRun(line: CommandLine, place: Place): Promise<Healthy> {
  const { world, run } = await worldFor(line, place);
  try {
    const old = thingsOf(world);
    const first = await run();
    expect(first.exitCode, first.stderr).toBe(line.healthy ?? 0);
    const calls = world.newCalls();
    const next = thingsOf(world);
    const again = await run();
    expect(again.exitCode, again.stderr).toBe(line.again ?? line.healthy ?? 0);
    expect(thingsOf(world)).toEqual(next);
    return { calls, old, next };
  } finally {
    await world.close();
  }
}

/** Runs one command line with every fault at every call it makes. */
export async function sweep(line: CommandLine, place: Place = {}): Promise<Cell[]> {
  const healthy = await healthyRun(line, place);
  const all = cellsOf(healthy.calls, line.calls ?? mostCalls);
  const waiting = all.filter(({ fault }) => fault.name === 'slow' && !line.isSlow);
  const jobs = all.filter(({ fault }) => fault.name !== 'slow');
  const cells: Cell[] = [];
  const run = async (job: Job): Promise<void> => void cells.push(await runCell(line, place, healthy, job));
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await run(job);
  };
  await Promise.all([...waiting.map(run), ...Array.from({ length: atOnce }, work)]);
  return [...cells, await expiredCell(line, place)];
}

interface Job {
  api: string;
  nth: number;
  fault: Fault;
}

function cellsOf(calls: readonly string[], most: number): Job[] {
  const counts = new Map<string, number>();
  // A page that no API is behind has no faults to plan.
  for (const api of calls.filter((name) => name !== 'unknown')) counts.set(api, (counts.get(api) ?? 0) + 1);
  return [...counts].flatMap(([api, count]) =>
    Array.from({ length: Math.min(count, most) }, (_, index) => index + 1).flatMap((nth) =>
      faults.filter(({ at }) => at === 'each' || nth === 1).map((fault) => ({ api, nth, fault })),
    ),
  );
}

async function runCell(line: CommandLine, place: Place, healthy: Healthy, { api, nth, fault }: Job): Promise<Cell> {
  const { world, run } = await worldFor(line, place);
  try {
    const spec = `${api}:${fault.at === 'all' ? '*' : nth}=${fault.what}`;
    const outcome = await run({ fault: spec, ...(fault.name === 'slow' ? { readTimeout: slowReadTimeout } : {}) });
    const wrong = [...judge(line, fault, api, outcome, world), ...mixtures(world, healthy)];
    const written = timesWritten(world.newCalls());
    const isLost = ['reset-after', 'truncate', 'wrong-content-type'].includes(fault.name);
    if (isLost && written > timesWritten(healthy.calls)) wrong.push('writes a trust policy again that was written');
    const again = await run();
    const isAgainFine = [line.healthy ?? 0, line.again ?? 0].includes(again.exitCode);
    if (!isAgainFine) wrong.push(`running it again ends with ${again.exitCode}: ${again.stderr}`);
    const after = thingsOf(world);
    for (const [name, value] of healthy.next)
      if (after.get(name) !== value) wrong.push(`run again, it is not so: ${name}`);
    for (const name of after.keys()) if (!healthy.next.has(name)) wrong.push(`run again, it is still there: ${name}`);
    return { call: `${api} ${nth}`, fault: fault.name, exitCode: outcome.exitCode, wrong, stderr: outcome.stderr };
  } finally {
    await world.close();
  }
}

/** What goes wrong before anything is called. */
async function expiredCell(line: CommandLine, place: Place): Promise<Cell> {
  const { env: expired, store } = await startedExpired();
  const before = JSON.stringify(store);
  const { world, run } = await worldFor(line, place, expired);
  try {
    const { exitCode, stdout, stderr } = await run();
    const wrong = isFailure(exitCode) || exitCode === 3 ? [] : [`ends with ${exitCode}`];
    if (/internal error/.test(stderr) || !/has expired/.test(stdout + stderr))
      wrong.push('does not say what has expired');
    if (JSON.stringify(store) !== before) wrong.push('changes something');
    return { call: 'any', fault: 'expired certificate', exitCode, wrong, stderr };
  } finally {
    await world.close();
  }
}

/** What is last to write wins, and so must not be sent by somebody who does not know what came of it. */
const timesWritten = (calls: readonly string[]): number => calls.filter((api) => api === 'UpdateRole').length;

function judge(line: CommandLine, fault: Fault, api: string, outcome: Outcome, world: World): string[] {
  const { exitCode, stderr, stdout, ms } = outcome;
  const wrong: string[] = [];
  const well = line.healthy ?? 0;
  // What is no API refuses without a code, and this one with a status of refusals.
  const isApi = !/^(Metadata|Oidc)/.test(api);
  const isMended = fault.expected === 'mended' && (isApi || fault.what !== 'throttle');
  const allowed = isMended ? [well] : [well, 1, ...issuing(api), ...(line.mayExit ?? [])];
  if (!allowed.includes(exitCode)) wrong.push(`ends with ${exitCode}, not ${allowed.join(' or ')}`);
  const errors = stderr.split('\n').filter((text) => text.startsWith('error: '));
  if (errors.length > 1 || (errors.length === 1 && !isFailure(exitCode))) wrong.push(`says ${errors.length} errors`);
  // What is one of many hides no other, and is told as it comes.
  if (isFailure(exitCode) && errors.length === 0 && !/ WARN .* could not be /.test(stderr)) wrong.push('says no error');
  const names = [api, new URL(world.endpoint).host, 'the metadata service'];
  const isNamed = (error: string) => names.some((name) => error.includes(name)) || namesThing.test(error);
  if (!errors.every(isNamed)) wrong.push('does not name what failed');
  if (/internal error|^\s+at .*:\d+/m.test(stderr + stdout)) wrong.push('shows an internal error');
  if (/undefined|\[object|NaN/.test(stderr)) wrong.push('says what is not for people');
  if (stderr.length > 20_000) wrong.push(`says ${stderr.length} characters`);
  if (ms > longestMs) wrong.push(`takes ${ms} ms`);
  return wrong;
}

/** By which a command ends that has an answer for every thing, and one of them is that it could not be read. */
const isFailure = (exitCode: number): boolean => exitCode !== 0 && exitCode !== 3;

const issuing = (api: string): number[] => (/^AssumeRole|^Metadata$/.test(api) ? [4] : []);

const namesThing = /\b(addon|cluster|policy|role) [a-z\d][\w-]+/;

/** Things that are neither as they were nor as they are to be, and files that are neither. */
function mixtures(world: World, { old, next }: Healthy): string[] {
  const now = thingsOf(world);
  const names = new Set([...old.keys(), ...next.keys(), ...now.keys()]);
  const mixed = [...names].filter((name) => now.get(name) !== old.get(name) && now.get(name) !== next.get(name));
  return [
    ...mixed.map((name) => `is a mixture: ${name}`),
    ...brokenFiles(world.home).map((path) => `is broken: ${path}`),
  ];
}
