import { join } from 'node:path';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { bindingBackups } from '../../kubernetes/rbac-backup.ts';
import { cleanupUserPermissions } from '../../kubernetes/rbac-cleanup.ts';
import { checkUid } from '../../kubernetes/rbac-identities.ts';
import { rbacCleanupPresenter } from '../../output/results/rbac-cleanup.ts';
import { stateFolder } from '../../user-folders.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { clusterChoice, rbacPorts } from './rbac-ports.ts';

/** Exit code 1 when some cluster was to be cleaned up and was not. */
export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const clusterId = clusterChoice(flags);
  const uid = checkUid(flags.required('user-id'));
  const dryRun = flags.boolean('dry-run');
  const state = stateFolder(io);
  const folder = flags.path('backup-dir') ?? (state && join(state, 'rbac'));
  if (!folder && !dryRun) {
    throw usageError(
      'there is no home folder to keep the bindings in before they are deleted',
      'pass --backup-dir DIR',
    );
  }
  const context = await createContext(input, io);
  const { ack } = context.cloud;
  const result = await cleanupUserPermissions(
    { clusterId, uid, force: flags.boolean('force'), assumeYes: flags.boolean('assume-yes'), dryRun },
    {
      ...rbacPorts(context, flags, io),
      readActivity: (cluster, user) => ack.getUserActivity(cluster, user),
      clean: (cluster, user, force) => ack.cleanUserPermissions(cluster, user, force),
      saveBindings: bindingBackups(folder ?? '', { now: io.now, signal: io.signal }),
      confirm: context.confirm,
    },
  );
  context.print(result, rbacCleanupPresenter);
  return result.clusters.every(({ error }) => error === null) ? 0 : 1;
}
