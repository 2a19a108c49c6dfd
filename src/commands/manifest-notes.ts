import type { Report } from '../rrsa/report.ts';

/** What became of manifests whose pods were to be changed. */
export interface ChangedManifests {
  workloads: readonly { name: string; notes: readonly { warning: boolean; message: string }[] }[];
  /** Documents that had to be laid out anew, counted from 1. */
  rewritten: readonly number[];
}

/** Says on stderr what stdout, which is the manifests, cannot. */
export function tellManifestNotes(
  { workloads, rewritten }: ChangedManifests,
  report: Pick<Report, 'info' | 'warn'>,
): void {
  if (workloads.length === 0) report.warn('there is no pod in these manifests, and nothing that makes pods');
  for (const { name, notes } of workloads) {
    for (const { warning, message } of notes) report[warning ? 'warn' : 'info'](`${name}: ${message}`);
  }
  for (const index of rewritten) {
    report.warn(`document ${index} was written anew: its aliases are written out, and its layout is another one`);
  }
}
