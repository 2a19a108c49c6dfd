import { readBoundedFile } from '../../credentials/bounded-file.ts';
import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { parseTrustBackup } from '../../rrsa/backup.ts';
import { restoreTrustPolicy } from '../../rrsa/restore.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { trustPorts } from './trust-ports.ts';

/** A document of the longest kind, every character of it escaped, and what stands around it. */
const longestBackupBytes = 8 * 1024 * 1024;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const path = flags.path('from') ?? flags.required('from');
  const { bytes } = await readBoundedFile(path, 'backup file', longestBackupBytes);
  const backup = parseTrustBackup(bytes, longestBackupBytes, `backup file ${path}`);
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await restoreTrustPolicy(
    {
      roleName: flags.required('role-name'),
      backup,
      path,
      force: flags.boolean('force'),
      dryRun: flags.boolean('dry-run'),
    },
    { ...trustPorts(context, flags, io), ram: cloud.ram, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}
