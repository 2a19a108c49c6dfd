import { isKnownType, whyTypeUnsupported, whyVersionUnsupported } from '../cluster.ts';
import { BUSY_STATES, HELPER_ADDON, isInstalled } from '../install-helper-addon.ts';
import type { Check } from './check.ts';
import type { CloudPatient } from './patient.ts';

/** The cluster works or can be reached while it is in one of these; source: the states that the API documents. */
const changing: ReadonlySet<string> = new Set(['updating', 'upgrading', 'scaling', 'removing', 'draining']);

/** The caller, and the cluster that is asked about. */
export const clusterChecks: readonly Check<CloudPatient>[] = [
  {
    id: 'credentials',
    link: 'credentials',
    title: 'credentials are configured, and STS knows whose they are',
    after: [],
    async run(patient) {
      const { arn } = await patient.caller();
      const source = await patient.credentialsSource();
      return { status: 'ok', subject: source, message: `the credentials are of ${arn}, from ${source}` };
    },
  },
  {
    id: 'cluster-found',
    link: 'cluster',
    title: 'the cluster exists in this account and region',
    after: ['credentials'],
    async run(patient) {
      const { id, name, regionId } = await patient.cluster();
      return { status: 'ok', subject: `cluster ${id}`, message: `cluster ${id} is ${name} in ${regionId}` };
    },
  },
  {
    id: 'cluster-running',
    link: 'cluster',
    title: 'the cluster is running',
    after: ['cluster-found'],
    async run(patient) {
      const { id, state } = await patient.cluster();
      const subject = `cluster ${id}`;
      if (state === 'running') return { status: 'ok', subject, message: `cluster ${id} is running` };
      const message = `cluster ${id} is not running, its state is '${state}'`;
      return changing.has(state)
        ? { status: 'warning', subject, message, cure: 'wait until it is running, then look again' }
        : { status: 'fault', subject, message, cure: 'see what the ACK console says of the cluster' };
    },
  },
  {
    id: 'cluster-version',
    link: 'cluster',
    title: 'the cluster runs Kubernetes 1.22 or later',
    after: ['cluster-found'],
    async run(patient) {
      const cluster = await patient.cluster();
      const subject = `cluster ${cluster.id}`;
      const reason = whyVersionUnsupported(cluster);
      if (reason !== undefined) {
        return { status: 'fault', subject, message: reason, cure: 'upgrade the cluster in the ACK console' };
      }
      if (!/^v?\d+\.\d+/.test(cluster.version)) {
        return { status: 'warning', subject, message: `cluster ${cluster.id} does not say which version it runs` };
      }
      return { status: 'ok', subject, message: `cluster ${cluster.id} runs Kubernetes ${cluster.version}` };
    },
  },
  {
    id: 'cluster-type',
    link: 'cluster',
    title: 'the cluster is of a type that RRSA supports',
    after: ['cluster-found'],
    async run(patient) {
      const cluster = await patient.cluster();
      const subject = `cluster ${cluster.id}`;
      const reason = whyTypeUnsupported(cluster);
      if (reason !== undefined) {
        const cure = 'use a managed cluster; a dedicated one can be migrated to a managed one in the ACK console';
        return { status: 'fault', subject, message: reason, cure };
      }
      if (!isKnownType(cluster)) {
        const message = `cluster ${cluster.id} is of type '${cluster.type}', which this tool does not know`;
        return { status: 'warning', subject, message };
      }
      return { status: 'ok', subject, message: `cluster ${cluster.id} is of type ${cluster.type}` };
    },
  },
  {
    id: 'rrsa-on',
    link: 'cluster',
    title: 'RRSA is on for the cluster',
    after: ['cluster-version', 'cluster-type'],
    async run(patient) {
      const { id, rrsa } = await patient.cluster();
      const subject = `cluster ${id}`;
      if (!rrsa.enabled) {
        const message = `RRSA is off on cluster ${id}`;
        return { status: 'fault', subject, message, cure: `ack-ram-tool rrsa enable -c ${id}` };
      }
      const [issuer] = rrsa.issuers;
      if (rrsa.providerArn === undefined || issuer === undefined) {
        const message = `cluster ${id} says that RRSA is on, but not with which issuer and OIDC provider`;
        return { status: 'fault', subject, message, cure: `ack-ram-tool rrsa status -c ${id}` };
      }
      return { status: 'ok', subject, message: `RRSA is on, and tokens are of ${issuer}` };
    },
  },
  {
    id: 'helper-addon',
    link: 'cluster',
    title: `${HELPER_ADDON} is installed and active`,
    after: ['cluster-running', 'cluster-version', 'cluster-type'],
    async run(patient) {
      const { clusterId = '' } = patient.asked;
      const addon = await patient.addon();
      const subject = HELPER_ADDON;
      if (addon !== undefined && isInstalled(addon)) {
        return { status: 'ok', subject, message: `${HELPER_ADDON} ${addon.version} is active` };
      }
      if (addon !== undefined && BUSY_STATES.has(addon.state)) {
        const message = `${HELPER_ADDON} is being changed, its state is '${addon.state}'`;
        return { status: 'warning', subject, message, cure: `ack-ram-tool rrsa install-helper-addon -c ${clusterId}` };
      }
      return {
        status: 'fault',
        subject,
        message:
          addon === undefined
            ? `${HELPER_ADDON} is not installed on cluster ${clusterId}`
            : `${HELPER_ADDON} is installed on cluster ${clusterId} and not at work, its state is '${addon.state}'`,
        cure: `ack-ram-tool rrsa install-helper-addon -c ${clusterId}`,
        fix: {
          title: `install ${HELPER_ADDON} on cluster ${clusterId}`,
          run: () => patient.mend.installAddon(clusterId),
        },
      };
    },
  },
];
