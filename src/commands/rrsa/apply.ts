import { join } from 'node:path';
import type { Io } from '../../io.ts';
import { loadDocumentDiff } from '../../output/diff.ts';
import { applyPresenter } from '../../output/results/associations-change.ts';
import { applyFile } from '../../rrsa/apply.ts';
import { backupFiles } from '../../rrsa/backup.ts';
import { createLimiter } from '../../rrsa/limiter.ts';
import { fileLocks } from '../../rrsa/lock.ts';
import { readAssociations } from '../../rrsa/read-associations.ts';
import { stateFolder } from '../../user-folders.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { requireSuccess } from './associations-outcome.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const file = await readAssociations(flags.path('file') ?? '', io.cwd);
  const { cloud, report, confirm, clock, print } = await createContext(input, io);
  const ports = { clock, report, signal: io.signal };
  const state = stateFolder(io);
  const backupDir = flags.path('backup-dir');
  const result = await applyFile(
    file,
    { prune: flags.boolean('prune'), compact: flags.boolean('compact'), dryRun: flags.boolean('dry-run') },
    {
      ...ports,
      ack: cloud.ack,
      ram: cloud.ram,
      limiter: createLimiter(ports),
      confirm,
      withLock: fileLocks(state === undefined ? undefined : join(state, 'locks'), ports),
      saveBackup: backupFiles(backupDir === undefined ? { state } : { named: backupDir }, { now: io.now, report }),
    },
  );
  print(result, applyPresenter(await loadDocumentDiff()));
  requireSuccess(result, flags.boolean('dry-run') ? 'planned' : 'applied', report);
  return 0;
}
