import type { Io } from '../../io.ts';
import { colourFor } from '../../output/colour.ts';
import { loadDocumentDiff } from '../../output/diff.ts';
import { applyPresenter } from '../../output/results/associations-change.ts';
import { applyFile } from '../../rrsa/apply.ts';
import { readAssociations } from '../../rrsa/read-associations.ts';
import { createContext } from '../context.ts';
import { serviceLimiter } from '../service-limiter.ts';
import type { CommandInput } from '../spec.ts';
import { requireSuccess } from './associations-outcome.ts';
import { trustPorts } from './trust-ports.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const file = await readAssociations(flags.path('file') ?? '', io.cwd);
  const context = await createContext(input, io);
  const { cloud, report, confirm, print } = context;
  const ports = trustPorts(context, flags, io);
  const result = await applyFile(
    file,
    { prune: flags.boolean('prune'), compact: flags.boolean('compact'), dryRun: flags.boolean('dry-run') },
    { ...ports, ack: cloud.ack, ram: cloud.ram, limiter: serviceLimiter('RAM', context, io), confirm },
  );
  print(result, applyPresenter(await loadDocumentDiff(), await colourFor(io.stdout, io.env)));
  requireSuccess(result, flags.boolean('dry-run') ? 'planned' : 'applied', report);
  return 0;
}
