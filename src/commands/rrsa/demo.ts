import { readMetadata } from '../../cloud/ecs-metadata.ts';
import { messageOf, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { errorJson, formatErrorForLog } from '../../output/error-block.ts';
import { demoBegin, demoEnd, demoPresenter } from '../../output/results/demo.ts';
import { runDemo } from '../../rrsa/demo.ts';
import { createContext } from '../context.ts';
import { withHint } from '../error-hint.ts';
import { langOf } from '../lang.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';

/** `--region`, else `--region-id`, else the region of this machine, whose VPC endpoints can then be reached. */
async function findRegion(flags: Flags, io: Io): Promise<{ region: string; isLocal: boolean }> {
  const named = flags.string('region') || flags.string('region-id');
  if (named) return { region: named, isLocal: false };
  const hint = 'pass --region, for example --region cn-hangzhou';
  try {
    const region = await readMetadata('meta-data/region-id', io);
    if (region !== undefined && /^[a-z0-9-]{1,64}$/.test(region)) return { region, isLocal: true };
  } catch (error) {
    if (io.signal.aborted) throw error;
    throw new ToolError('USAGE', `no region is named, and this machine does not tell one: ${messageOf(error)}`, {
      hint,
    });
  }
  throw new ToolError('USAGE', 'no region is named, and this machine does not tell one', { hint });
}

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const { region, isLocal } = await findRegion(flags, io);
  const useVpc = isLocal || flags.boolean('use-vpc-endpoint');
  const { cloud, log, clock, print, json, redact } = await createContext(input, io, { regionId: region, useVpc });
  await runDemo(
    { region, noLoop: flags.boolean('no-loop'), intervalMs: flags.durationMs('interval') },
    {
      begin: () => log.info(demoBegin),
      listed(result) {
        print(result, demoPresenter, true);
        log.info(demoEnd);
      },
      failed(failure) {
        const error = withHint(failure, langOf(flags, io.env));
        log.error(formatErrorForLog(error));
        if (json) io.stderr.write(errorJson(error, { redact }));
      },
    },
    { ack: cloud.ack, clock, signal: io.signal },
  );
  return 0;
}
