import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { parsePolicy } from '../policy/document.ts';
import type { Report } from './report.ts';

/** A trust policy that is about to be replaced. */
export interface TrustBackup {
  roleName: string;
  roleArn: string;
  /** The document verbatim, as the API holds it. */
  document: string;
  /** Why it is replaced: `associate-role`. */
  reason: string;
}

/** What a backup file holds. */
export interface TrustBackupFile {
  schemaVersion: 1;
  /** Account id; empty when the role's ARN names none. */
  account: string;
  roleArn: string;
  /** UTC, ISO 8601. */
  savedAt: string;
  reason: string;
  document: string;
}

/** Keeps a trust policy, and returns the path of the file; `undefined` when the default folder cannot be written. */
export type SaveBackup = (backup: TrustBackup) => Promise<string | undefined>;

/** Where backups go: a folder that the user named, or `backups` within the state folder (absent without a home). */
export type BackupFolder = { named: string } | { state: string | undefined };

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Backups as files of mode 0600 in folders of mode 0700, written whole and then renamed. Saving throws `USAGE` when there
 * is no home folder and none was named, and `FILE_UNREADABLE` when a named folder cannot be written. A default folder that
 * cannot be written only warns: a read-only home does not keep anybody from working.
 */
export function backupFiles(
  where: BackupFolder,
  ports: { now: () => number; report: Pick<Report, 'warn'> },
): SaveBackup {
  return async ({ roleName, roleArn, document, reason }) => {
    const folder = 'named' in where ? where.named : where.state && join(where.state, 'backups');
    if (!folder) {
      throw new ToolError('USAGE', `there is no home folder to keep the old trust policy of role ${roleName} in`, {
        hint: 'pass --backup-dir DIR',
      });
    }
    const savedAt = new Date(ports.now()).toISOString();
    const account = accountOf(roleArn) ?? '';
    const content: TrustBackupFile = { schemaVersion: 1, account, roleArn, savedAt, reason, document };
    const name = [
      savedAt.replaceAll(/[-:]|\.\d+/g, ''),
      account || 'account',
      SAFE_NAME.test(roleName) ? roleName : 'role',
      randomBytes(4).toString('hex'),
    ].join('-');
    const path = join(folder, `${name}.json`);
    try {
      await writeWhole(folder, path, `${JSON.stringify(content, null, 2)}\n`);
      return path;
    } catch (error) {
      const message = `the old trust policy of role ${roleName} cannot be kept in ${folder}: ${messageOf(error)}`;
      if ('named' in where) throw new ToolError('FILE_UNREADABLE', message, { cause: error });
      ports.report.warn(`${message}; pass --backup-dir DIR to keep it elsewhere`);
      return undefined;
    }
  };
}

/**
 * Reads a backup file. `what` names it in messages: `backup file ./b.json`. Keys that nobody here knows are ignored.
 * Throws `FILE_INVALID` for what is longer than `limitBytes`, no JSON, of another schema version, or has no policy in it.
 */
export function parseTrustBackup(bytes: Uint8Array, limitBytes: number, what: string): TrustBackupFile {
  const invalid = (fault: string): ToolError =>
    new ToolError('FILE_INVALID', `${what} ${fault}`, {
      hint: 'pass a file that this tool wrote before it changed a trust policy',
    });
  if (bytes.length > limitBytes) throw invalid(`is longer than ${limitBytes / 1024 / 1024} MiB`);
  const value = ((): Record<string, unknown> => {
    try {
      const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
    } catch {
      // Said below, as for JSON that is no object.
    }
    throw invalid('is not a JSON object');
  })();
  if (value.schemaVersion !== 1) throw invalid('is no backup of schema version 1');
  const textOf = (key: string): string => {
    const text = Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof text !== 'string') throw invalid(`has no ${key}`);
    return text;
  };
  const account = textOf('account');
  const roleArn = textOf('roleArn');
  if (!/^\d{0,32}$/.test(account)) throw invalid('has an account that is no account id');
  if (!/^acs:ram::\d{0,32}:role\/[^/\s]{1,64}$/.test(roleArn)) throw invalid('has a roleArn that is no ARN of a role');
  if (account !== (accountOf(roleArn) ?? '')) throw invalid('names two accounts');
  const savedAt = textOf('savedAt');
  if (!Number.isFinite(Date.parse(savedAt))) throw invalid('has a savedAt that is no time');
  const document = textOf('document');
  parsePolicy(document, `the document of ${what}`, 'FILE_INVALID');
  return { schemaVersion: 1, account, roleArn, savedAt, reason: textOf('reason'), document };
}

function accountOf(roleArn: string): string | undefined {
  return /^acs:ram::(\d+):/.exec(roleArn)?.[1];
}

async function writeWhole(folder: string, path: string, text: string): Promise<void> {
  makeFolder(folder);
  const unfinished = `${path}.unfinished`;
  try {
    await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}
