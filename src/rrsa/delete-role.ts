import type { RamPort, Role } from '../cloud/ports.ts';
import { isApiError, ToolError } from '../errors.ts';
import { type PolicyDocument, statementsOf } from '../policy/document.ts';
import { ownValue } from '../policy/json.ts';
import type { SaveBackup } from './backup.ts';
import type { WithLock } from './lock.ts';
import type { Report } from './report.ts';
import { leftNoAnswer } from './transient.ts';

/** True when no statement could let anybody in: there is none, or each is a Deny. */
export function trustsNobody(document: PolicyDocument): boolean {
  return statementsOf(document).every((statement) => ownValue(statement, 'Effect') === 'Deny');
}

export interface DeleteRolePorts {
  ram: Pick<RamPort, 'getRole' | 'deleteRole'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Pick<Report, 'info'>;
  signal: AbortSignal;
}

/**
 * Deletes a role that nobody may assume any more, notes it in `done`, and returns the file that keeps its trust policy
 * (`null`: none). It is read once more just before: RAM itself refuses to delete a role with policies, but not one that is
 * trusted. `whatIsLeft`: of a trust policy, the part that is to stay.
 *
 * Throws `CONFLICT` when somebody else trusts it or attached a policy meanwhile, and the API's refusal.
 */
export function deleteUnusedRole(
  role: Pick<Role, 'name' | 'arn'>,
  whatIsLeft: (document: string) => PolicyDocument,
  done: string[],
  ports: DeleteRolePorts,
): Promise<string | null> {
  const { ram, report, signal } = ports;
  const { name } = role;
  const inUse = (why: string): ToolError =>
    new ToolError('CONFLICT', `role ${name} is not deleted: ${why}`, { hint: 'run this command again' });
  return ports.withLock(role.arn, async () => {
    const current = await ram.getRole(name);
    if (current === undefined) {
      report.info(`role ${name} was deleted by somebody else meanwhile`);
      return null;
    }
    if (!trustsNobody(whatIsLeft(current.trustPolicy))) throw inUse('somebody else let it trust others meanwhile');
    const { trustPolicy: document, arn: roleArn } = current;
    const backup = await ports.saveBackup({ roleName: name, roleArn, document, reason: 'dissociate-role' });
    const kept = backup === undefined ? '' : ` (its trust policy is kept in ${backup})`;
    signal.throwIfAborted();
    try {
      await ram.deleteRole(name);
    } catch (error) {
      if (isApiError(error, 'DeleteConflict.Role.Policy'))
        throw inUse('somebody else attached a policy to it meanwhile');
      if (!leftNoAnswer(error)) throw error;
      const place = done.push(`asked for role ${name} to be deleted, and got no answer: it may be gone${kept}`);
      if ((await ram.getRole(name)) !== undefined) {
        done.length = place - 1;
        throw error;
      }
      done.length = place - 1;
    }
    done.push(`deleted role ${name}${kept}`);
    return backup ?? null;
  });
}
