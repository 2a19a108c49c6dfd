/** Checks of what a pod was given: its role, its provider and its token. */
import { parseOidcProviderArn, parseRoleArn } from '../../policy/arn.ts';
import { quoted } from '../../policy/name.ts';
import { RRSA_AUDIENCE } from '../../policy/trust.ts';
import type { Check, Finding } from './check.ts';
import { type ContainerFacts, lifetime, type PodFacts } from './kubernetes-patient.ts';
import type { KubernetesSide } from './kubernetes-place.ts';
import { type Examined, ok, type Planned, podCheck, podsOf, subjectOf } from './pod-checks.ts';
import { recreate } from './recreate-pods.ts';

/** Every container that has the variable with another value than injection gives it, and is not left out. */
function misnamed(
  { planned }: Examined,
  read: (container: ContainerFacts) => string | undefined,
  wanted: (planned: Planned) => string,
) {
  return planned.flatMap((each) =>
    each.pod.containers.flatMap((container) => {
      const found = read(container);
      const isOwn = each.plan.leftOut.includes(container.name);
      return found === undefined || isOwn || found === wanted(each)
        ? []
        : [{ ...each, container: container.name, found }];
    }),
  );
}

/** The pods of the findings, each once. */
function distinct(planned: readonly Planned[]): PodFacts[] {
  return [...new Set(podsOf(planned))];
}

function stale(pods: PodFacts[], examined: Examined, variable: string): string {
  return `run: ${recreate(pods, examined)} ; if it is the same afterwards, take ${variable} out of the manifest`;
}

const role = podCheck(
  { id: 'pod-role', title: 'the pod has the ARN of the role', after: ['pod-injected'] },
  (examined) => {
    const wrong = misnamed(
      examined,
      ({ roleArn }) => roleArn,
      ({ plan }) => plan.roleArn,
    );
    const [first] = wrong;
    if (first === undefined) return ok(examined, 'its role is the one that the service account is annotated with');
    const { container, found, plan, pod } = first;
    const [has, wants] = [parseRoleArn(found), parseRoleArn(plan.roleArn)];
    const where = `container ${container} of pod ${examined.namespace}/${pod.name}`;
    const message =
      has === undefined
        ? `ALIBABA_CLOUD_ROLE_ARN in ${where} is no ARN of a role: ${quoted(found)}`
        : has.accountId === wants?.accountId
          ? `ALIBABA_CLOUD_ROLE_ARN in ${where} is of role ${has.roleName}, not of role ${wants.roleName}`
          : `ALIBABA_CLOUD_ROLE_ARN in ${where} is of a role in account ${has.accountId}, and the cluster is in account ${wants?.accountId}`;
    const pods = distinct(wrong);
    const cure = stale(pods, examined, 'ALIBABA_CLOUD_ROLE_ARN');
    return { status: 'fault', subject: subjectOf(pods, examined), message, cure };
  },
);

const provider = podCheck(
  { id: 'pod-provider', title: "the pod has the ARN of the cluster's OIDC provider", after: ['pod-injected'] },
  (examined) => {
    const wrong = misnamed(
      examined,
      ({ providerArn }) => providerArn,
      () => examined.providerArn,
    );
    const [first] = wrong;
    if (first === undefined) return ok(examined, `its OIDC provider is the one of the cluster`);
    const { container, found, pod } = first;
    const [has, wants] = [parseOidcProviderArn(found), parseOidcProviderArn(examined.providerArn)];
    const where = `container ${container} of pod ${examined.namespace}/${pod.name}`;
    const message =
      has === undefined
        ? `ALIBABA_CLOUD_OIDC_PROVIDER_ARN in ${where} is no ARN of an OIDC provider: ${quoted(found)}`
        : has.accountId === wants?.accountId
          ? `ALIBABA_CLOUD_OIDC_PROVIDER_ARN in ${where} is of another cluster: ${has.name}, not ${wants.name}`
          : `ALIBABA_CLOUD_OIDC_PROVIDER_ARN in ${where} is of account ${has.accountId}, and the cluster is in account ${wants?.accountId}`;
    const pods = distinct(wrong);
    const cure = stale(pods, examined, 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN');
    return { status: 'fault', subject: subjectOf(pods, examined), message, cure };
  },
);

const volume = podCheck(
  { id: 'pod-token-volume', title: 'the pod has the projected volume of the token', after: ['pod-injected'] },
  (examined) => {
    const { namespace } = examined;
    const wantsToken = ({ pod, plan }: Planned) => pod.containers.some(({ name }) => !plan.leftOut.includes(name));
    const without = examined.planned.filter((each) => each.pod.token === undefined && wantsToken(each));
    const [first] = without;
    if (first !== undefined) {
      return {
        status: 'fault',
        subject: subjectOf(podsOf(without), examined),
        message: `pod ${namespace}/${first.pod.name} has no volume rrsa-oidc-token with a projected service-account token`,
        cure: `recreate it, run: ${recreate(podsOf(without), examined)} ; if it is the same afterwards, take that volume out of the manifest`,
      };
    }
    const hidden = examined.planned.filter(({ plan }) => plan.otherMount.length > 0);
    const [covered] = hidden;
    if (covered === undefined) return ok(examined, 'it has the volume with the token');
    return {
      status: 'fault',
      subject: subjectOf(podsOf(hidden), examined),
      message: `containers of pod ${namespace}/${covered.pod.name} have something else mounted where the token belongs: ${covered.plan.otherMount.join(', ')}`,
      cure: 'take that volume mount out of the manifest of the pod, and create it anew',
    };
  },
);

const tokenFile = podCheck(
  { id: 'pod-token-file', title: 'the pod looks for the token where it is mounted', after: ['pod-injected'] },
  (examined) => {
    const wrong = misnamed(
      examined,
      (container) => container.tokenFile,
      ({ plan }) => plan.tokenFile,
    );
    const [first] = wrong;
    if (first === undefined) return ok(examined, 'it looks for the token where injection mounts it');
    const { container, found, plan, pod } = first;
    const pods = distinct(wrong);
    return {
      status: 'warning',
      subject: subjectOf(pods, examined),
      message: `ALIBABA_CLOUD_OIDC_TOKEN_FILE in container ${container} of pod ${examined.namespace}/${pod.name} is ${quoted(found)}, and injection mounts the token at ${plan.tokenFile}`,
      cure: stale(pods, examined, 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'),
    };
  },
);

const audience = podCheck(
  { id: 'pod-token-audience', title: `the token of the pod is for ${RRSA_AUDIENCE}`, after: ['pod-token-volume'] },
  (examined) => {
    const wrong = examined.planned.filter(({ pod }) => pod.token !== undefined && pod.token.audience !== RRSA_AUDIENCE);
    const [first] = wrong;
    if (first === undefined) return ok(examined, `its token is for ${RRSA_AUDIENCE}`);
    const found = first.pod.token?.audience;
    const name = `pod ${examined.namespace}/${first.pod.name}`;
    return {
      status: 'fault',
      subject: subjectOf(podsOf(wrong), examined),
      message:
        found === undefined
          ? `the token of ${name} is for the API server, not for ${RRSA_AUDIENCE}`
          : `the token of ${name} is for ${quoted(found)}, not for ${RRSA_AUDIENCE}`,
      cure: `set the audience of its projected volume rrsa-oidc-token to ${RRSA_AUDIENCE}, or take the volume out of the manifest, then run: ${recreate(podsOf(wrong), examined)}`,
    };
  },
);

const tokenLifetime = podCheck(
  { id: 'pod-token-lifetime', title: 'the token of the pod lives for at most 12 h', after: ['pod-token-volume'] },
  (examined) => {
    const seconds = ({ pod }: Planned) => pod.token?.expirationSeconds ?? lifetime.otherwise;
    const long = examined.planned.filter((each) => seconds(each) > lifetime.most);
    const [first] = long;
    if (first !== undefined) {
      return {
        status: 'fault',
        subject: subjectOf(podsOf(long), examined),
        message: `the token of pod ${examined.namespace}/${first.pod.name} lives for ${seconds(first)} s, and STS refuses tokens that were issued more than ${lifetime.most} s ago`,
        cure: `set expirationSeconds of its projected volume rrsa-oidc-token to ${lifetime.most} or less, or take the volume out of the manifest, then run: ${recreate(podsOf(long), examined)}`,
      };
    }
    return staleLifetime(examined, seconds) ?? ok(examined, 'its token lives for at most 12 h');
  },
);

/** A change of the annotation reaches a pod when it is created. */
function staleLifetime(examined: Examined, seconds: (planned: Planned) => number): Finding | undefined {
  const other = examined.planned.filter((each) => each.pod.token && seconds(each) !== each.plan.expirationSeconds);
  const [first] = other;
  if (first === undefined) return undefined;
  return {
    status: 'warning',
    subject: subjectOf(podsOf(other), examined),
    message: `the token of pod ${examined.namespace}/${first.pod.name} lives for ${seconds(first)} s, and by the annotations it would be ${first.plan.expirationSeconds} s now`,
    cure: `recreate it, run: ${recreate(podsOf(other), examined)}`,
  };
}

export const podIdentityChecks: readonly Check<KubernetesSide>[] = [
  role,
  provider,
  tokenFile,
  volume,
  audience,
  tokenLifetime,
];
