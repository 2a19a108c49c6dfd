import type { Check } from './check.ts';
import type { KubernetesPatient } from './kubernetes-patient.ts';
import { namespaceChecks } from './namespace-checks.ts';
import type { CloudPatient } from './patient.ts';
import { podChecks } from './pod-checks.ts';
import { podIdentityChecks } from './pod-identity-checks.ts';
import { serviceAccountChecks } from './service-account-checks.ts';

/** From the API server of the cluster to what a pod was given. */
export const kubernetesChecks: readonly Check<CloudPatient & KubernetesPatient>[] = [
  ...namespaceChecks,
  ...serviceAccountChecks,
  ...podChecks,
  ...podIdentityChecks,
];
