import { ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { quoted } from '../policy/name.ts';
import { parseIssuedJson } from './issued-json.ts';
import type { Provider, ReadMetadata, Source } from './provider.ts';

const rolesPath = 'meta-data/ram/security-credentials/';
const roleVariable = 'ALIBABA_CLOUD_ECS_METADATA';
const disabledVariable = 'ALIBABA_CLOUD_ECS_METADATA_DISABLED';
/** Wider than RAM's own grammar, and still a path segment that leads nowhere else. */
const roleName = /^(?=.*[A-Za-z0-9])[\w.@-]{1,128}$/;

export interface EcsMetadataOptions {
  /** Absent or empty: the role that the metadata service lists. */
  roleName?: string | undefined;
  readMetadata: ReadMetadata;
  /** Milliseconds since the epoch. Absent: the expiry is passed on unchecked. */
  now?: (() => number) | undefined;
}

export interface EcsMetadataSourceOptions extends Omit<EcsMetadataOptions, 'roleName'> {
  env: Env;
  /** `--credential-type`; anything but `auto` makes this source configured. */
  credentialType: 'auto' | 'imds' | 'ecs-role';
}

/**
 * The credentials of this ECS instance's RAM role, read afresh at every call; put `memoize` around it.
 * Throws `CREDENTIALS_SOURCE_BROKEN`: from here for a malformed `roleName`, from the provider where there is no
 * metadata service, no role, or no credentials in what it answers.
 */
export function fromEcsMetadata({ roleName: wanted, readMetadata, now }: EcsMetadataOptions): Provider {
  if (wanted && !roleName.test(wanted)) throw broken(`${quoted(wanted)} is no name of a role`);
  return async () => {
    const role = wanted || (await attachedRole(readMetadata));
    const text = await read(readMetadata, rolesPath + role);
    if (text === undefined) {
      const hint = wanted
        ? `attach role ${role} to this instance, or name the one that is: ack-ram-tool utils test-ecs-metadata --no-loop`
        : undefined;
      throw broken(`the metadata service has no credentials for role ${role}`, hint);
    }
    const credentials = parseIssuedJson(text, { temporary: true, showCode: true, now });
    if (typeof credentials === 'string') throw broken(`for role ${role} the metadata service ${credentials}`);
    return credentials;
  };
}

/**
 * The metadata service as a source, configured by `--credential-type imds` (or `ecs-role`), or by
 * `ALIBABA_CLOUD_ECS_METADATA`, which names the role, unless `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is true. The flag
 * beats that switch. Otherwise it is not: a pod must never silently become its node.
 */
export function ecsMetadataSource(options: EcsMetadataSourceOptions): Source {
  const { env, credentialType, readMetadata, now } = options;
  const wanted = env[roleVariable] || undefined;
  const isAsked = credentialType !== 'auto';
  const isDisabled = /^(?:1|t|true)$/i.test(env[disabledVariable] ?? '');
  const isConfigured = isAsked || (wanted !== undefined && !isDisabled);
  return {
    name: 'ECS metadata',
    lookedAt:
      wanted !== undefined && isDisabled
        ? `${roleVariable} is set, and ${disabledVariable} switches it off`
        : `neither --credential-type imds nor ${roleVariable} is given`,
    resolve: async () => (isConfigured ? fromEcsMetadata({ roleName: wanted, readMetadata, now }) : undefined),
    identity: async () => (isConfigured ? identityOf(wanted, readMetadata) : undefined),
  };
}

/**
 * The name of the role that is attached to this instance.
 * Throws `CREDENTIALS_SOURCE_BROKEN` when there is none, or what is listed cannot be one.
 */
export async function attachedRole(readMetadata: ReadMetadata): Promise<string> {
  const text = await read(readMetadata, rolesPath);
  const first = text?.trim().split(/\r?\n/, 1)[0]?.trim() ?? '';
  if (first === '') {
    throw broken('no RAM role is attached to this instance', 'attach a RAM role to the instance in the ECS console');
  }
  if (!roleName.test(first)) throw broken('the metadata service answered with something other than the name of a role');
  return first;
}

/** Without both there is nothing to remember credentials by; the provider then says what is wrong. */
async function identityOf(wanted: string | undefined, readMetadata: ReadMetadata): Promise<string[] | undefined> {
  try {
    const instanceId = (await read(readMetadata, 'meta-data/instance-id'))?.trim();
    return instanceId ? ['ecs-metadata', wanted ?? (await attachedRole(readMetadata)), instanceId] : undefined;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'CREDENTIALS_SOURCE_BROKEN') return undefined;
    throw error;
  }
}

async function read(readMetadata: ReadMetadata, path: string): Promise<string | undefined> {
  try {
    return await readMetadata(path);
  } catch (error) {
    if (!(error instanceof ToolError) || (error.code !== 'NETWORK' && error.code !== 'BAD_ANSWER')) throw error;
    const hint = error.code === 'NETWORK' ? 'the metadata service answers on ECS instances only' : undefined;
    throw broken(error.message, error.hint ?? hint, error);
  }
}

function broken(fault: string, hint?: string, cause?: unknown): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the credentials of ECS metadata are unusable: ${fault}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
