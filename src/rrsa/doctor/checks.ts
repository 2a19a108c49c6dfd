/** The table of `rrsa doctor`, in the order of the chain. */
import { type Check, links } from './check.ts';
import { cloudChecks } from './cloud-checks.ts';
import type { CloudPatient } from './patient.ts';

/** Everything that the checks together look at. */
export type Patient = CloudPatient;

const groups: readonly (readonly Check<Patient>[])[] = [cloudChecks];

/** By link of the chain, then in the order of their groups. */
export const checks: readonly Check<Patient>[] = groups
  .flat()
  .sort((a, b) => links.indexOf(a.link) - links.indexOf(b.link));
