import type { Io } from '../../io.ts';
import { installHelperAddonPresenter } from '../../output/results/cluster-change.ts';
import { installHelperAddon } from '../../rrsa/install-helper-addon.ts';
import type { CommandInput } from '../spec.ts';
import { runClusterChange } from './cluster-change.ts';

export function run(input: CommandInput, io: Io): Promise<number> {
  return runClusterChange(input, io, installHelperAddon, installHelperAddonPresenter);
}
