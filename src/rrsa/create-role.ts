import type { RamPort, Role } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import type { Clock, Report } from './report.ts';
import { leftNoAnswer } from './transient.ts';

export type NewRole = Parameters<RamPort['createRole']>[0];

/** Milliseconds for which a role that exists may still be unknown to a read. */
const PAUSES_MS = [500, 1_000, 2_000];

/**
 * Creates a role and notes it in `done`. `existing` instead of `created`: somebody else was faster. A lost answer is no
 * reason to send it again: the role that is found with this very trust policy is the one that was created.
 * Throws `CONFLICT` when RAM says both that the role exists and that it does not.
 */
export async function createRole(
  role: NewRole,
  ports: {
    ram: Pick<RamPort, 'createRole' | 'getRole'>;
    report: Pick<Report, 'info'>;
    clock: Clock;
    signal: AbortSignal;
  },
  done: string[],
): Promise<{ created?: Role; existing?: Role }> {
  const { ram, report, clock, signal } = ports;
  const place = done.length;
  let lost: unknown;
  try {
    const created = await ram.createRole(role);
    if (created !== undefined) {
      done.push(`created role ${role.name}`);
      return { created };
    }
  } catch (error) {
    if (!leftNoAnswer(error)) throw error;
    lost = error;
    done[place] = `asked for role ${role.name} to be created, and got no answer: it may exist`;
  }
  for (const pause of [0, ...PAUSES_MS]) {
    if (pause > 0) await clock.sleep(pause, signal);
    const found = await ram.getRole(role.name);
    if (found === undefined) continue;
    if (lost !== undefined && found.trustPolicy === role.trustPolicy) {
      done[place] = `created role ${role.name}`;
      return { created: found };
    }
    done.length = place;
    report.info(`role ${role.name} was created by somebody else meanwhile`);
    return { existing: found };
  }
  throw (
    lost ??
    new ToolError('CONFLICT', `role ${role.name} cannot be created because it exists, and cannot be found`, {
      hint: 'RAM may be behind: run this command again in a minute',
    })
  );
}
