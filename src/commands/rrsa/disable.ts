import type { Io } from '../../io.ts';
import { disablePresenter } from '../../output/results/cluster-change.ts';
import { disableRrsa } from '../../rrsa/enable.ts';
import type { CommandInput } from '../spec.ts';
import { runClusterChange } from './cluster-change.ts';

export function run(input: CommandInput, io: Io): Promise<number> {
  return runClusterChange(input, io, disableRrsa, disablePresenter);
}
