import { join } from 'node:path';
import type { Io } from '../../io.ts';
import { backupFiles, type SaveBackup } from '../../rrsa/backup.ts';
import { fileLocks, type WithLock } from '../../rrsa/lock.ts';
import type { Clock, Report } from '../../rrsa/report.ts';
import { stateFolder } from '../../user-folders.ts';
import type { Context } from '../context.ts';
import type { Flags } from '../options.ts';

export interface TrustPorts {
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Report;
  clock: Clock;
  signal: AbortSignal;
}

/** What a command that changes trust policies needs beside the cloud. Takes `--backup-dir`. */
export function trustPorts({ report, clock }: Pick<Context, 'report' | 'clock'>, flags: Flags, io: Io): TrustPorts {
  const state = stateFolder(io);
  const backupDir = flags.path('backup-dir');
  const ports = { report, clock, signal: io.signal };
  return {
    ...ports,
    withLock: fileLocks(state === undefined ? undefined : join(state, 'locks'), ports),
    saveBackup: backupFiles(backupDir === undefined ? { state } : { named: backupDir }, { now: io.now, report }),
  };
}
