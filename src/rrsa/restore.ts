import type { RamPort } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import { parsePolicy } from '../policy/document.ts';
import { canonicalJson } from '../policy/meaning.ts';
import { checkRoleName } from '../policy/name.ts';
import type { SaveBackup, TrustBackupFile } from './backup.ts';
import { reportHalfDone } from './half-done.ts';
import type { WithLock } from './lock.ts';
import { writeNotedTrust } from './noted-write.ts';
import type { Clock, Confirm, Report } from './report.ts';
import { shellWord } from './shell-word.ts';
import type { RoleResult } from './trust-role.ts';

export interface RestoreTrustInput {
  roleName: string;
  backup: TrustBackupFile;
  /** Path of the backup file, for messages. */
  path: string;
  /** Take the backup of another role or account. */
  force: boolean;
  dryRun: boolean;
}

export interface RestoreTrustPorts {
  ram: Pick<RamPort, 'getRole' | 'updateTrustPolicy'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Makes the trust policy of a role exactly what a backup holds, after a diff and a question; also where the present one
 * cannot be read. Unlike a plan that adds or takes away, this one leaves no room for what others do at the same time: a
 * document that is neither the one that was shown nor the one of the backup is never overwritten.
 *
 * Throws `USAGE`, `ROLE_NOT_FOUND`, `FILE_INVALID` for the backup of another role, `CONFLICT` when somebody else changed the
 * trust policy since it was shown, what `confirm` throws, and the API's refusals.
 */
export async function restoreTrustPolicy(input: RestoreTrustInput, ports: RestoreTrustPorts): Promise<RoleResult> {
  const { ram, report, confirm } = ports;
  const { backup, path } = input;
  const roleName = checkRoleName(input.roleName);
  const role = await ram.getRole(roleName);
  if (role === undefined) throw new ToolError('ROLE_NOT_FOUND', `there is no role ${roleName}`);
  checkOrigin(input, role.arn, report);

  const wanted = meaningOf(backup.document);
  const shown = meaningOf(role.trustPolicy);
  const result: RoleResult = {
    roleName: role.name,
    roleArn: role.arn,
    created: false,
    changed: shown !== wanted,
    backup: null,
    before: role.trustPolicy,
    after: shown === wanted ? role.trustPolicy : backup.document,
    policies: [],
  };
  if (!result.changed) return result;

  report.show({
    summary: `put the trust policy of role ${role.name} back as it was at ${backup.savedAt}, before ${backup.reason}`,
    document: { name: `trust policy of role ${role.name}`, before: role.trustPolicy, after: backup.document },
    notes: [],
  });
  if (input.dryRun) return result;
  await confirm(`Replace the trust policy of role ${role.name}?`);

  const plan = (document: string): string | undefined => {
    const found = meaningOf(document);
    if (found === wanted) return undefined;
    if (found === shown) return backup.document;
    throw new ToolError('CONFLICT', `somebody else changed the trust policy of role ${role.name} meanwhile`, {
      hint: `run this command again to see it: ack-ram-tool rrsa restore-trust-policy -r ${role.name} --from ${shellWord(path)}`,
    });
  };
  return reportHalfDone(report, async (done) => {
    ports.signal.throwIfAborted();
    const written = await writeNotedTrust(role, plan, 'restore-trust-policy', done, ports);
    return {
      ...result,
      changed: written.changed,
      backup: written.backup,
      before: written.before,
      after: written.after,
    };
  });
}

function checkOrigin({ roleName, backup, path, force }: RestoreTrustInput, arn: string, report: Report): void {
  if (backup.roleArn === arn) return;
  const message = `backup file ${path} is of ${backup.roleArn}, and role ${roleName} is ${arn}`;
  if (!force) throw new ToolError('FILE_INVALID', message, { hint: 'if that is what you want, pass --force' });
  report.warn(message);
}

/** Equal for documents that are the same JSON. RAM may hold a document in another spelling than it was sent. */
function meaningOf(document: string): string {
  try {
    return canonicalJson(parsePolicy(document, 'it'));
  } catch {
    return document;
  }
}
