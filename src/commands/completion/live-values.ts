/**
 * Values that are asked for: names of profiles, from files; clusters and roles, from the cloud, with keys that are at
 * hand, an OIDC token or the cache of credentials. No TAB runs a program, asks a metadata service or a credentials URI,
 * or renews a login: what would be needed for that refuses.
 */
import { type Cloud, connect } from '../../cloud/clients.ts';
import { listProfileNames } from '../../credentials/profiles.ts';
import { resolveKnownCredentials } from '../../credentials/resolve.ts';
import type { Io } from '../../io.ts';
import type { Log } from '../../output/log.ts';
import { addonNames } from '../../rrsa/addon-presets.ts';
import { cacheFolder } from '../../user-folders.ts';
import { cloudOptions, credentialOptions } from '../caller.ts';
import { type Flags, readFlags } from '../options.ts';
import type { CommandSpec } from '../spec.ts';
import type { Candidate, Completion } from './complete.ts';
import { keepValues, keptValues, valuesKey } from './kept-values.ts';

type Live = Extract<Completion, { kind: 'live' }>;

/** In all, the start of the program apart. */
const limitMs = 1_400;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Stands for whatever command is being written: it has the flags that decide who asks whom. */
const anyCommand: CommandSpec = {
  path: [],
  summary: '',
  examples: [],
  flags: [],
  cloud: true,
  load: () => Promise.reject(new Error('unused')),
};

/** Throws whatever stands in the way, and after 1.4 s that it takes too long. */
export async function liveValues({ of, prefix, given }: Live, io: Io): Promise<Candidate[]> {
  const late = new AbortController();
  const signal = AbortSignal.any([io.signal, late.signal]);
  // A helper program does not even count as configured; a child of ours sees nothing of this.
  const env = { ...io.env, ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS: 'true' };
  const limited: Io = Object.create(io, { env: { value: env }, signal: { value: signal } });
  const flags = readFlags(anyCommand, given, limited, () => {});
  const asking =
    of === 'addons' ? addonNames.map(toCandidate) : of === 'profiles' ? profiles(flags, io) : ask(of, flags, limited);
  try {
    const found = await Promise.race([asking, tooLate(io, late)]);
    return found.map(({ value, description }) => ({ value: prefix + value, description }));
  } finally {
    late.abort();
  }
}

const toCandidate = (value: string): Candidate => ({ value, description: '' });

async function tooLate(io: Io, late: AbortController): Promise<never> {
  await io.sleep(limitMs, late.signal);
  throw new Error('late');
}

async function profiles(flags: Flags, { env, home }: Io): Promise<Candidate[]> {
  const names = await listProfileNames({
    env,
    home,
    profileFile: flags.path('profile-file') || undefined,
    ignoreAliyunCli: flags.boolean('ignore-aliyun-cli-credentials'),
  });
  return names.map(toCandidate);
}

async function ask(of: 'clusters' | 'roles', flags: Flags, io: Io): Promise<Candidate[]> {
  const { now, random } = io;
  const clock = { now, random, sleep: (ms: number, signal = io.signal) => io.sleep(ms, signal) };
  const options = { ...cloudOptions(flags, io, silent, clock), maxRetries: 0 };
  const known = await resolveKnownCredentials({
    ...credentialOptions(flags, {}, io, options, clock, silent),
    exchange: refuse,
    readMetadata: refuse,
  });
  const place = { folder: cacheFolder(io), uid: io.uid };
  const { regionId, endpoints, useVpc } = options;
  const key = valuesKey([of, await known.key(), regionId, endpoints, useVpc]);
  const kept = keptValues(place, key, now());
  if (kept !== undefined) return kept;
  const found = await read[of](connect({ ...options, credentials: known.provider }));
  keepValues(place, key, now(), found);
  return found;
}

async function refuse(): Promise<never> {
  throw new Error('refused');
}

const read: Readonly<Record<'clusters' | 'roles', (cloud: Cloud) => Promise<Candidate[]>>> = {
  clusters: async ({ ack }) => (await ack.listClusters()).map(({ id, name }) => ({ value: id, description: name })),
  roles: async ({ ram }) => (await ram.listRoleNames()).map(toCandidate),
};
