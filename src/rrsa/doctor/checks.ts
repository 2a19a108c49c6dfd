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

const groups: readonly (readonly Check<Patient>[])[] = [
  concerning(cloudChecks, ({ asked }) => asked.clusterId !== undefined),
  concerning(kubernetesChecks, ({ asked }) => asked.namespace !== undefined),
  concerning(tokenChecks, ({ token }) => token !== undefined),
];

/** By link of the chain, then in the order of their groups. */
export const checks: readonly Check<Patient>[] = groups
  .flat()
  .sort((a, b) => links.indexOf(a.link) - links.indexOf(b.link));

function concerning(some: readonly Check<Patient>[], group: (patient: Patient) => boolean): Check<Patient>[] {
  return some.map((check) => ({
    ...check,
    concerns: (patient) => group(patient) && check.concerns?.(patient) !== false,
    run: (patient, signal) => check.run(patient, signal),
  }));
}
