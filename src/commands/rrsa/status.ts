import type { Io } from '../../io.ts';
import { statusPresenter } from '../../output/results/status.ts';
import { checkClusterId } from '../../policy/name.ts';
import { rrsaStatus } from '../../rrsa/status.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const clusterId = checkClusterId(input.flags.required('cluster-id'));
  const { cloud, report, print } = await createContext(input, io);
  print(await rrsaStatus(clusterId, { ack: cloud.ack, report }), statusPresenter);
  return 0;
}
