import { exportCredentials } from '../credentials/export.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { createCaller } from './caller.ts';
import type { Flags } from './options.ts';
import type { CommandInput } from './spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags, args } = input;
  const { credentials, log } = createCaller(input, io);
  const tokenVariable = await pipelineVariable(flags.string('oidc-token-source'));
  const request = {
    format: flags.required('format'),
    command: args,
    regionId: flags.string('region-id'),
    refresh: flags.boolean('refresh'),
    serve: serveRequest(flags),
    alsoRemove: tokenVariable === undefined ? [] : [tokenVariable],
  };
  return (await exportCredentials(request, { provider: credentials, io, log })).exitCode;
}

/** The variable that holds the token of a pipeline, which a child must not get. */
async function pipelineVariable(source: string | undefined): Promise<string | undefined> {
  if (!source) return undefined;
  const { pipelineTokenVariable } = await import('../credentials/pipeline-oidc.ts');
  return pipelineTokenVariable(source);
}

function serveRequest(flags: Flags) {
  const listen = flags.string('serve');
  const v1 = flags.boolean('imds-v1');
  const v2 = flags.boolean('imds');
  const allowRemote = flags.boolean('allow-remote');
  if (listen === undefined) {
    if (v1 || v2 || allowRemote) throw usageError('--imds, --imds-v1 and --allow-remote go with --serve');
    return undefined;
  }
  if (v1 && v2) throw usageError('--imds and --imds-v1 exclude each other');
  return { listen, allowRemote, imds: v1 ? ('v1' as const) : v2 ? ('v2' as const) : ('off' as const) };
}
