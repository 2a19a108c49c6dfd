/** The table of `rrsa doctor`, in the order of the chain. */
import { type Check, links } from './check.ts';
import { cloudChecks } from './cloud-checks.ts';
import { kubernetesChecks } from './kubernetes-checks.ts';
import type { KubernetesPatient } from './kubernetes-patient.ts';
import type { CloudPatient } from './patient.ts';
import { tokenChecks } from './token-checks.ts';
import type { TokenPatient } from './token-patient.ts';

/** Everything that the checks together look at. */
export type Patient = CloudPatient & KubernetesPatient & TokenPatient;

/** By link of the chain, then in the order of their groups. */
export const checks: readonly Check<Patient>[] = [...cloudChecks, ...kubernetesChecks, ...tokenChecks].sort(
  (a, b) => links.indexOf(a.link) - links.indexOf(b.link),
);
