import type { Io } from '../../io.ts';
import { colourFor } from '../../output/colour.ts';
import { loadDocumentDiff } from '../../output/diff.ts';
import { planPresenter } from '../../output/results/associations-change.ts';
import { planFile } from '../../rrsa/apply.ts';
import { readAssociations } from '../../rrsa/read-associations.ts';
import { createContext } from '../context.ts';
import { serviceLimiter } from '../service-limiter.ts';
import type { CommandInput } from '../spec.ts';
import { requireSuccess, tellNotes } from './associations-outcome.ts';

/** `--detailed-exitcode`, when something has to change. */
const changesExitCode = 3;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const file = await readAssociations(flags.path('file') ?? '', io.cwd);
  const context = await createContext(input, io);
  const { cloud, report, clock, json, print } = context;
  const result = await planFile(
    file,
    { prune: flags.boolean('prune'), compact: flags.boolean('compact') },
    { clock, report, signal: io.signal, ack: cloud.ack, ram: cloud.ram, limiter: serviceLimiter('RAM', context, io) },
  );
  if (json) tellNotes(result, report);
  print(result, planPresenter(await loadDocumentDiff(), await colourFor(io.stdout, io.env)));
  requireSuccess(result, 'planned', report);
  return result.changed && flags.boolean('detailed-exitcode') ? changesExitCode : 0;
}
