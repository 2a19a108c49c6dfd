import { resolve } from 'node:path';
import { lockFile } from '../../credentials/cache-lock.ts';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { currentEntry, withExecUsers } from '../../kubernetes/kubeconfig.ts';
import { type CredentialMode, type ExecRequest, execUser } from '../../kubernetes/kubeconfig-exec.ts';
import { defaultKubeconfig, mergeIntoFile } from '../../kubernetes/kubeconfig-file.ts';
import { checkClusterId } from '../../policy/name.ts';
import { type Context, createContext } from '../context.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { flagsOf } from '../table/flags.ts';
import { defaultCacheFolder } from '../table/hot.ts';
import { apiVersion, temporaryMinutes } from './options.ts';
import { userKubeconfig } from './user-kubeconfig.ts';

/** Flags that the plugin has to be given as well, or it would act as somebody else, or ask elsewhere. */
const passedOn = [
  'region-id',
  'credential-type',
  'expect-account',
  'cs-endpoint',
  'sts-endpoint',
  'use-vpc-endpoint',
  'allow-insecure-http',
];

/** The certificate of the kubeconfig itself is thrown away at once: the shortest that ACK gives. */
const leastMinutes = 15;

const lockPatienceMs = 20_000;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const clusterId = checkClusterId(flags.required('cluster-id'));
  const isLongLived = temporaryMinutes(flags) === undefined;
  const target = mergeTarget(flags, io);
  const context = await createContext(input, io);
  const exec = execRequest(input, io, clusterId);
  const options = {
    privateAddress: flags.boolean('private-address'),
    temporaryDurationMinutes: isLongLived && exec.mode === 'certificate' ? undefined : leastMinutes,
  };
  const { config } = await userKubeconfig(clusterId, options, context.cloud.ack);
  const what = `the kubeconfig of cluster ${clusterId}`;
  const text = withExecUsers(config, what, execUser(exec));
  if (target === undefined) io.stdout.write(text);
  else await merge(target, { text, what, name: flags.string('context-name') || undefined }, { context, flags, io });
  return 0;
}

/** The file to merge into; `undefined` when the kubeconfig is to be printed. */
function mergeTarget(flags: Flags, io: Io): string | undefined {
  const named = flags.path('kubeconfig');
  if (flags.boolean('merge')) return resolve(io.cwd, named || defaultKubeconfig(io.env, io.home));
  for (const name of ['kubeconfig', 'context-name']) {
    if (flags.string(name) !== undefined) throw usageError(`--${name} goes with --merge`);
  }
  return undefined;
}

async function merge(
  file: string,
  { text, what, name }: { text: string; what: string; name: string | undefined },
  { context: { confirm, report, clock, log }, flags, io }: { context: Context; flags: Flags; io: Io },
): Promise<void> {
  const entry = currentEntry(text, what);
  const contextName = name ?? entry.context.name;
  const dryRun = flags.boolean('dry-run');
  const merged = await mergeIntoFile(
    file,
    { name: contextName, entry },
    {
      dryRun,
      confirm: (replaced) => confirm(`${file} has ${replaced.join(', ')} already, and other settings there. Replace?`),
      lock: (path) =>
        lockFile(path, {
          clock,
          signal: io.signal,
          patienceMs: lockPatienceMs,
          debug: (message) => log.debug(message),
        }),
    },
  );
  if (merged.isUnchanged) {
    report.info(`${file} has context ${contextName} already, and it is the current one`);
    return;
  }
  const would = dryRun ? 'would be' : 'is';
  if (merged.replaced.length > 0) {
    report.info(`${dryRun ? 'would be replaced' : 'replaced'} in ${file}: ${merged.replaced.join(', ')}`);
  }
  const before = merged.previousContext === undefined ? '' : ` instead of ${merged.previousContext}`;
  report.info(`context ${contextName} ${would} in ${file}, and ${would} the current one${before}`);
}

function execRequest({ spec, flags }: CommandInput, io: Io, clusterId: string): ExecRequest {
  const mode: CredentialMode = /token$/.test(flags.string('mode') ?? '') ? 'token' : 'certificate';
  const profileFile = flags.path('profile-file');
  return {
    clusterId,
    mode,
    apiVersion: apiVersion(flags),
    expirationMs: (temporaryMinutes(flags) ?? 0) * 60_000,
    cacheFolder: cacheFolder(flags, io),
    profileName: flags.string('profile-name') || undefined,
    ignoreAliyunCli: flags.boolean('ignore-aliyun-cli-credentials'),
    ignoreEnvironment: flags.boolean('ignore-env-credentials'),
    roleArn: flags.string('role-arn') || undefined,
    profileFile: profileFile ? resolve(io.cwd, profileFile) : undefined,
    more: flagsOf(spec)
      .filter(({ name }) => passedOn.includes(name))
      .flatMap(({ name, kind, env = [], default: usual }) => {
        const value = flags.string(name);
        const variable = env.map((each) => io.env[each]).find((text) => text !== undefined && text !== '');
        // What a variable says, it says to the plugin as well.
        if (!value || value === usual || value === variable?.toLowerCase() || value === variable) return [];
        if (kind === 'boolean') return value === 'true' ? [`--${name}`] : [];
        return [`--${name}`, value];
      }),
  };
}

/** As it was given, unless it stands for another folder wherever kubectl is run. */
function cacheFolder(flags: Flags, io: Io): string {
  const named = flags.string('credential-cache-dir') || defaultCacheFolder;
  return named.startsWith('~') ? named : resolve(io.cwd, named);
}
