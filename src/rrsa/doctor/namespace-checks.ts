import { ToolError } from '../../errors.ts';
import { isPattern } from '../../policy/subject.ts';
import { shellWord } from '../shell-word.ts';
import type { Check, Finding } from './check.ts';
import { injectionLabel } from './kubernetes-patient.ts';
import { type KubernetesSide, namespacePlace, skipped } from './kubernetes-place.ts';

const onlyWithinVpc =
  'if its address is reachable in its VPC only, run this there with --private-address, or pass --kubeconfig FILE';

const otherCredentials = 'pass --kubeconfig FILE, and --context NAME, with credentials that the cluster takes';

const api: Check<KubernetesSide> = {
  id: 'kubernetes-api',
  link: 'namespace',
  title: 'the API server of the cluster answers',
  after: [],
  async run(patient) {
    const { namespace } = patient.asked;
    if (namespace === undefined) return undefined;
    if (isPattern(namespace))
      return skipped(`namespace ${namespace} is a pattern, and only one by name can be looked into`);
    try {
      const port = await patient.kubernetes();
      if ('absent' in port) return skipped(port.absent);
      await port.namespace(namespace);
      return { status: 'ok', message: 'it answers' };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const isRefused = error.details?.httpStatus === 401;
      const cure = error.code === 'NETWORK' ? onlyWithinVpc : isRefused ? otherCredentials : undefined;
      if (cure === undefined) throw error;
      return { status: 'fault', message: error.message, cure };
    }
  },
};

const exists: Check<KubernetesSide> = {
  id: 'namespace-exists',
  link: 'namespace',
  title: 'the namespace exists',
  after: ['kubernetes-api'],
  async run(patient) {
    const place = await namespacePlace(patient);
    if (place === undefined) return undefined;
    const { port, namespace } = place;
    const subject = `namespace ${namespace}`;
    if ((await port.namespace(namespace)) !== undefined) return { status: 'ok', subject, message: 'it exists' };
    const cure = `check --namespace, or run: ${port.kubectl} create namespace ${shellWord(namespace)}`;
    return { status: 'fault', subject, message: `there is no namespace ${namespace} in the cluster`, cure };
  },
};

const labelled: Check<KubernetesSide> = {
  id: 'namespace-labelled',
  link: 'namespace',
  title: `the namespace is labelled ${injectionLabel}=on`,
  after: ['namespace-exists'],
  async run(patient) {
    const place = await namespacePlace(patient);
    if (place === undefined) return undefined;
    const { port, namespace } = place;
    const subject = `namespace ${namespace}`;
    const label = (await port.namespace(namespace))?.injection;
    if (label === 'on') return { status: 'ok', subject, message: `label ${injectionLabel} is "on"` };
    const message =
      label === undefined
        ? `namespace ${namespace} has no label ${injectionLabel}`
        : `label ${injectionLabel} of namespace ${namespace} is ${JSON.stringify(label)}, not "on"`;
    const overwrite = label === undefined ? '' : ' --overwrite';
    return {
      status: 'fault',
      subject,
      message,
      cure: `run: ${port.kubectl} label namespace ${shellWord(namespace)} ${injectionLabel}=on${overwrite}`,
      fix: { title: `label namespace ${namespace}`, run: () => port.labelNamespace(namespace) },
    } satisfies Finding;
  },
};

const webhook: Check<KubernetesSide> = {
  id: 'injection-webhook',
  link: 'namespace',
  title: 'the API server calls a webhook that injects',
  after: ['kubernetes-api'],
  async run(patient) {
    const place = await namespacePlace(patient);
    if (place === undefined) return undefined;
    const names = await place.port.injectionWebhooks();
    if (names === undefined) return skipped('mutating webhook configurations may not be read');
    if (names.length > 0) return { status: 'ok', message: `mutating webhook configuration ${names.join(', ')}` };
    const cluster = patient.asked.clusterId ?? 'CLUSTER';
    return {
      status: 'warning',
      message: 'no mutating webhook configuration is known to inject into the pods of labelled namespaces',
      cure: `run: ack-ram-tool rrsa install-helper-addon -c ${shellWord(cluster)}`,
    };
  },
};

export const namespaceChecks: readonly Check<KubernetesSide>[] = [api, exists, labelled, webhook];
