import type { Io } from '../../io.ts';
import { enablePresenter } from '../../output/results/cluster-change.ts';
import { enableRrsa } from '../../rrsa/enable.ts';
import type { CommandInput } from '../spec.ts';
import { runClusterChange } from './cluster-change.ts';

export function run(input: CommandInput, io: Io): Promise<number> {
  return runClusterChange(input, io, enableRrsa, enablePresenter);
}
