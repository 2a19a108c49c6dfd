import type { Role } from '../cloud/ports.ts';
import type { SaveBackup } from './backup.ts';
import { type PlanTrustChange, type TrustWritePorts, type TrustWriteResult, writeTrustPolicy } from './trust-write.ts';

/**
 * `writeTrustPolicy` that notes in `done`, as one line, what became of the document and where the one before is kept.
 * @param reason kept in the backup: `associate-role`
 */
export async function writeNotedTrust(
  role: Pick<Role, 'name' | 'arn'>,
  plan: PlanTrustChange,
  reason: string,
  done: string[],
  ports: TrustWritePorts,
): Promise<TrustWriteResult> {
  const place = done.length;
  let kept = '';
  const saveBackup: SaveBackup = async (backup) => {
    const path = await ports.saveBackup(backup);
    if (path !== undefined && kept === '') kept = ` (the one before is kept in ${path})`;
    return path;
  };
  const wrote = (): string => `wrote the trust policy of role ${role.name}${kept}`;
  const onWrite = (sure: boolean): void => {
    done[place] = sure
      ? wrote()
      : `sent the trust policy of role ${role.name}, and got no answer: it may have changed${kept}`;
  };
  const written = await writeTrustPolicy(role, plan, { reason, onWrite }, { ...ports, saveBackup });
  if (written.changed) done[place] = wrote();
  return written;
}
