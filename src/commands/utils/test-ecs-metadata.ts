import { readMetadata } from '../../cloud/ecs-metadata.ts';
import { attachedRole, fromEcsMetadata } from '../../credentials/ecs-metadata.ts';
import type { ReadMetadata } from '../../credentials/provider.ts';
import { ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { errorJson, formatErrorForLog } from '../../output/error-block.ts';
import { type EcsMetadataResult, ecsMetadataPresenter } from '../../output/results/ecs-metadata.ts';
import { type Context, createContext } from '../context.ts';
import { withHint } from '../error-hint.ts';
import { langOf } from '../lang.ts';
import type { CommandInput } from '../spec.ts';

/** The Go tool's pause between two rounds. */
const defaultIntervalMs = 30_000;

/**
 * Asks the metadata service, shows what it says, and lets STS say whether the credentials count; again and again, as a
 * failed round does not end it. With `--no-loop` once, and then an error is one. The table gives this command a
 * `--credential-type` of its own, so that the credentials of its context are the instance's.
 */
export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const noLoop = flags.boolean('no-loop');
  const context = await createContext(input, io);
  const { log, clock, json, redact } = context;
  // Unheard, it would open the inspector of the runtime.
  const stopListening = io.onSignal('SIGUSR1', () => {});
  try {
    for (;;) {
      io.signal.throwIfAborted();
      try {
        await testOnce(context, io);
      } catch (error) {
        if (noLoop || io.signal.aborted || !(error instanceof ToolError)) throw error;
        const told = withHint(error, langOf(flags, io.env));
        log.error(formatErrorForLog(told));
        if (json) io.stderr.write(errorJson(told, { redact }));
      }
      if (noLoop) return 0;
      await clock.sleep(flags.durationMs('interval') ?? defaultIntervalMs, io.signal);
    }
  } finally {
    stopListening();
  }
}

async function testOnce({ credentials, cloud, log, print }: Context, io: Io): Promise<void> {
  print(await readInstance((path) => readMetadata(path, io), io), ecsMetadataPresenter, true);
  await credentials({ renew: true });
  const { arn } = await cloud.sts.getCallerIdentity();
  log.info(`success: these are the credentials of ${arn}`);
}

async function readInstance(read: ReadMetadata, { env, now }: Io): Promise<EcsMetadataResult> {
  const roleName = env.ALIBABA_CLOUD_ECS_METADATA || (await attachedRole(read));
  const { accessKeyId, expiration } = await fromEcsMetadata({ roleName, readMetadata: read, now })();
  return {
    region: await read('meta-data/region-id'),
    instanceId: await read('meta-data/instance-id'),
    roleName,
    accessKeyId,
    expiration,
  };
}
