import type { AckPort } from '../../cloud/ports.ts';
import type { Io } from '../../io.ts';
import type { Presenter } from '../../output/results/presenter.ts';
import { checkClusterId } from '../../policy/name.ts';
import type { Clock, Confirm, Report } from '../../rrsa/report.ts';
import type { ClusterChangeResult } from '../../rrsa/task.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

type ChangeCluster = (
  input: { clusterId: string; timeoutMs?: number | undefined; dryRun: boolean },
  ports: { ack: AckPort; report: Report; confirm: Confirm; clock: Clock; signal: AbortSignal },
) => Promise<ClusterChangeResult>;

/** What `rrsa enable`, `disable` and `install-helper-addon` have in common: one change of one cluster. */
export async function runClusterChange(
  input: CommandInput,
  io: Io,
  change: ChangeCluster,
  presenter: Presenter<ClusterChangeResult>,
): Promise<number> {
  const { flags } = input;
  const clusterId = checkClusterId(flags.required('cluster-id'));
  const { cloud, report, confirm, clock, print } = await createContext(input, io);
  const result = await change(
    { clusterId, timeoutMs: flags.durationMs('timeout'), dryRun: flags.boolean('dry-run') },
    { ack: cloud.ack, report, confirm, clock, signal: io.signal },
  );
  print(result, presenter);
  return 0;
}
