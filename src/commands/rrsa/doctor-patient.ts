import { readAgain } from '../../cloud/read-again.ts';
import type { Io } from '../../io.ts';
import { associateRole } from '../../rrsa/associate.ts';
import type { Patient } from '../../rrsa/doctor/checks.ts';
import { annotatedRole, kubernetesPatient } from '../../rrsa/doctor/kubernetes-patient.ts';
import { type Asked, type CloudMenders, cloudPatient } from '../../rrsa/doctor/patient.ts';
import { installHelperAddon } from '../../rrsa/install-helper-addon.ts';
import type { Context } from '../context.ts';
import type { Flags } from '../options.ts';
import { kubernetesAccess } from './doctor-kubernetes.ts';
import { tokenFacts } from './doctor-token.ts';
import { trustPorts } from './trust-ports.ts';

/** Makes patients of whom nothing was read yet. Throws `USAGE` for flags that do not go together. */
export function doctorPatients(asked: Asked, flags: Flags, context: Context, io: Io): () => Patient {
  const { cloud, clock, credentialsSource } = context;
  const mend = cloudMenders(flags, context, io);
  // A token that comes by a pipe can be read only once.
  const token = tokenFacts(flags, io, context);
  const openKubernetes = kubernetesAccess(asked.clusterId, flags, context, io);
  return () => {
    const kubernetes = kubernetesPatient(flags.string('pod') || undefined, openKubernetes);
    const { namespace = '', serviceAccount } = asked;
    const annotated = serviceAccount && (() => annotatedRole(kubernetes, namespace, serviceAccount));
    const ports = { ...cloud, clock, credentialsSource, read: readAgain(context.readPage, clock), mend };
    return { ...cloudPatient(asked, { ...ports, annotatedRole: annotated || undefined }), ...kubernetes, token };
  };
}

/** They were agreed to already. */
const agreed = async (): Promise<void> => {};

function cloudMenders(flags: Flags, context: Context, io: Io): CloudMenders {
  const ports = { ...trustPorts(context, flags, io), ...context.cloud, confirm: agreed };
  return {
    async installAddon(clusterId) {
      await installHelperAddon({ clusterId, dryRun: false }, ports);
    },
    async associate(association) {
      const settings = { systemPolicies: [], customPolicies: [], policyDocuments: [] };
      await associateRole({ ...association, ...settings, createRole: false, dryRun: false }, ports);
    },
  };
}
