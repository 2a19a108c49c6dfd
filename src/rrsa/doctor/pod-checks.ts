import { isPattern } from '../../policy/subject.ts';
import type { Check, Finding } from './check.ts';
import type { InjectionOutcome, PodFacts } from './kubernetes-patient.ts';
import { type KubernetesSide, kubectl, type PodPlace, podPlace, skipped } from './kubernetes-place.ts';
import { recreate } from './recreate-pods.ts';

const exists: Check<KubernetesSide> = {
  id: 'pod-exists',
  link: 'pod',
  title: 'there is a pod to look at',
  after: ['namespace-exists'],
  async run(patient) {
    const place = await podPlace(patient);
    if (place === undefined) return undefined;
    const { namespace, serviceAccount, pods } = place;
    const { podAsked } = patient;
    if (pods.length > 0) return { status: 'ok', subject: subjectOf(pods, place), message: 'it is looked at' };
    if (podAsked === undefined) return skipped(`no pod runs as service account ${namespace}/${serviceAccount}`);
    return {
      status: 'fault',
      subject: `pod ${namespace}/${podAsked}`,
      message: `there is no pod ${podAsked} in namespace ${namespace}`,
      cure: `look for its name with: ${kubectl(place, 'get', 'pods')}`,
    };
  },
};

const serviceAccount: Check<KubernetesSide> = {
  id: 'pod-service-account',
  link: 'pod',
  title: 'the pod runs as the service account',
  after: ['pod-exists'],
  async run(patient) {
    const place = await podPlace(patient);
    if (place?.serviceAccount === undefined || isPattern(place.serviceAccount)) return undefined;
    const { serviceAccount: wanted, namespace, pods } = place;
    const others = pods.filter((pod) => pod.serviceAccount !== wanted);
    const [first] = others;
    if (first === undefined) {
      return { status: 'ok', subject: subjectOf(pods, place), message: `it runs as service account ${wanted}` };
    }
    const { restartable } = first;
    const set =
      restartable === undefined
        ? `set spec.serviceAccountName to ${wanted} in its manifest, then run: ${recreate([first], place)}`
        : `run: ${kubectl(place, 'set', 'serviceaccount', `${restartable.kind}/${restartable.name}`, wanted)}`;
    return {
      status: 'fault',
      subject: subjectOf(others, place),
      message: `pod ${namespace}/${first.name} runs as service account ${first.serviceAccount}, not as ${wanted}`,
      cure: set,
    };
  },
};

/** A pod and what injection would make of it now. */
export interface Planned {
  pod: PodFacts;
  plan: InjectionOutcome;
}

export interface Examined extends PodPlace {
  planned: Planned[];
  providerArn: string;
}

/** A check of the pods that injection has something to say about. */
export function podCheck(
  row: Pick<Check<KubernetesSide>, 'id' | 'title' | 'after'>,
  examine: (examined: Examined) => Finding,
): Check<KubernetesSide> {
  return {
    ...row,
    link: 'pod',
    async run(patient) {
      const place = await podPlace(patient);
      if (place === undefined || place.pods.length === 0) return undefined;
      const providerArn = await providerOf(patient);
      if (providerArn === undefined) return skipped('the OIDC provider of the cluster is not known');
      const planned = (await Promise.all(place.pods.map((pod) => planFor(pod, place, providerArn)))).flat();
      if (planned.length === 0) return skipped('nothing is injected into its pods as things are');
      return examine({ ...place, planned, providerArn });
    },
  };
}

async function planFor(pod: PodFacts, { port, namespace }: PodPlace, providerArn: string): Promise<Planned[]> {
  const [ofNamespace, ofServiceAccount] = await Promise.all([
    port.namespace(namespace),
    port.serviceAccount(namespace, pod.serviceAccount),
  ]);
  if (ofNamespace === undefined || ofServiceAccount === undefined) return [];
  const plan = port.planInjection(pod, ofNamespace, ofServiceAccount, providerArn);
  return plan === undefined ? [] : [{ pod, plan }];
}

/** What the cloud answers badly is the matter of the checks of the cluster. */
async function providerOf({ asked, cluster }: KubernetesSide): Promise<string | undefined> {
  if (asked.clusterId === undefined) return undefined;
  const found = await cluster().catch(() => undefined);
  return found?.rrsa.providerArn;
}

const annotations = podCheck(
  {
    id: 'pod-annotations',
    title: 'the annotations of the pod are valid and leave no container out',
    after: ['pod-service-account', 'namespace-labelled', 'service-account-annotated'],
  },
  (examined) => {
    const odd = examined.planned.filter(({ plan }) => plan.leftOut.length > 0 || plan.oddities.length > 0);
    const [first] = odd;
    if (first === undefined) return ok(examined, 'every container is to get its identity');
    const { leftOut, oddities } = first.plan;
    const name = `pod ${examined.namespace}/${first.pod.name}`;
    const skips = leftOut.map((container) => `container ${container} is left out`);
    return {
      status: 'warning',
      subject: subjectOf(podsOf(odd), examined),
      message: `annotations of ${name}: ${[...oddities, ...skips].join('; ')}`,
      cure: 'if that is not meant, change the annotations in the manifest of the pod, and create it anew',
    };
  },
);

const injected = podCheck(
  {
    id: 'pod-injected',
    title: 'the pod is what injection would make of it now',
    after: ['pod-service-account', 'namespace-labelled', 'service-account-annotated'],
  },
  (examined) => {
    const lacking = examined.planned.filter(({ plan }) => plan.lacking.length > 0);
    const [first] = lacking;
    if (first === undefined) return ok(examined, 'its containers have everything that injection adds');
    return {
      status: 'fault',
      subject: subjectOf(podsOf(lacking), examined),
      message: `containers of pod ${examined.namespace}/${first.pod.name} lack what injection adds, as it was created before the injection was set up or while its webhook did not answer: ${first.plan.lacking.join(', ')}`,
      cure: `recreate it, run: ${recreate(podsOf(lacking), examined)}`,
    };
  },
);

export function ok(examined: Examined, message: string): Finding {
  return { status: 'ok', subject: subjectOf(podsOf(examined.planned), examined), message };
}

export function podsOf(planned: readonly Planned[]): PodFacts[] {
  return planned.map(({ pod }) => pod);
}

/** `pod app/reader-1`, or `pod app/reader-1 and 2 more`. */
export function subjectOf([first, ...more]: readonly PodFacts[], { namespace }: { namespace: string }): string {
  const name = `pod ${namespace}/${first?.name ?? ''}`;
  return more.length === 0 ? name : `${name} and ${more.length} more`;
}

export const podChecks: readonly Check<KubernetesSide>[] = [exists, serviceAccount, annotations, injected];
