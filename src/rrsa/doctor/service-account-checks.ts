import { parseRoleArn } from '../../policy/arn.ts';
import { isRoleName, quoted } from '../../policy/name.ts';
import { isPattern } from '../../policy/subject.ts';
import { shellWord } from '../shell-word.ts';
import type { Check, Finding } from './check.ts';
import { lifetime, lifetimeAnnotation, roleNameAnnotation } from './kubernetes-patient.ts';
import {
  type KubernetesSide,
  kubectl,
  type ServiceAccountPlace,
  serviceAccountPlace,
  skipped,
} from './kubernetes-place.ts';

const exists: Check<KubernetesSide> = {
  id: 'service-account-exists',
  link: 'service account',
  title: 'the service account exists',
  after: ['namespace-exists'],
  async run(patient) {
    const place = await serviceAccountPlace(patient);
    if (place === undefined) return undefined;
    const { port, namespace, serviceAccount } = place;
    if (isPattern(serviceAccount)) {
      return skipped(`service account ${serviceAccount} is a pattern, and only one by name can be looked into`);
    }
    const subject = subjectOf(place);
    if ((await port.serviceAccount(namespace, serviceAccount)) !== undefined) {
      return { status: 'ok', subject, message: 'it exists' };
    }
    return {
      status: 'fault',
      subject,
      message: `there is no service account ${serviceAccount} in namespace ${namespace}`,
      cure: `check --service-account, or run: ${kubectl(place, 'create', 'serviceaccount', serviceAccount)}`,
    };
  },
};

const annotated: Check<KubernetesSide> = {
  id: 'service-account-annotated',
  link: 'service account',
  title: `annotation ${roleNameAnnotation} of the service account names the role`,
  after: ['service-account-exists'],
  async run(patient) {
    const place = await serviceAccountPlace(patient);
    if (place === undefined) return undefined;
    const annotation = (await place.port.serviceAccount(place.namespace, place.serviceAccount))?.roleName ?? '';
    const role = await patient.roleAsked();
    const wanted = role?.from === 'flag' ? role.name : undefined;
    if (annotation !== '' && annotation === (wanted ?? annotation) && isRoleName(annotation)) {
      return { status: 'ok', subject: subjectOf(place), message: `it is annotated with role ${annotation}` };
    }
    const ofArn = parseRoleArn(annotation)?.roleName;
    if (isRoleName(annotation) && wanted !== undefined) return anotherRole(annotation, wanted, place, patient);
    const name = wanted ?? ofArn;
    const change = { annotation: roleNameAnnotation, value: name ?? 'ROLE_NAME', isThere: annotation !== '' };
    return {
      status: 'fault',
      subject: subjectOf(place),
      message: faultIn(annotation, ofArn, place),
      cure: `run: ${annotate(place, change)}`,
      fix: name === undefined ? undefined : fixOf(place, name),
    };
  },
};

const tokenLifetime: Check<KubernetesSide> = {
  id: 'service-account-lifetime',
  link: 'service account',
  title: `annotation ${lifetimeAnnotation} of the service account is valid`,
  after: ['service-account-exists'],
  async run(patient) {
    const place = await serviceAccountPlace(patient);
    if (place === undefined) return undefined;
    const { port, namespace, serviceAccount } = place;
    const subject = subjectOf(place);
    const { least, most, otherwise } = lifetime;
    const found = (await port.serviceAccount(namespace, serviceAccount))?.lifetime;
    if (found === undefined)
      return { status: 'ok', subject, message: `its tokens live for ${otherwise} s, the default` };
    if (found.valid) return { status: 'ok', subject, message: `its tokens live for ${found.text} s` };
    const change = { annotation: lifetimeAnnotation, value: String(otherwise), isThere: true };
    return {
      status: 'warning',
      subject,
      message: `annotation ${lifetimeAnnotation} of ${subject} is ${quoted(found.text)}, not "${least}" to "${most}", so that its tokens live for ${otherwise} s`,
      cure: `run: ${annotate(place, change)}`,
    };
  },
};

function faultIn(annotation: string, ofArn: string | undefined, place: ServiceAccountPlace): string {
  const subject = subjectOf(place);
  if (annotation === '') return `${subject} has no annotation ${roleNameAnnotation}`;
  if (ofArn !== undefined) {
    return `annotation ${roleNameAnnotation} of ${subject} is an ARN, and has to be the name of the role: ${ofArn}`;
  }
  return `annotation ${roleNameAnnotation} of ${subject} is no role name: ${quoted(annotation)}`;
}

/** Nothing is mended here: who is right is not known. */
function anotherRole(
  annotation: string,
  wanted: string,
  place: ServiceAccountPlace,
  { asked }: KubernetesSide,
): Finding {
  const subject = subjectOf(place);
  const change = { annotation: roleNameAnnotation, value: wanted, isThere: true };
  const words = [
    '-c',
    asked.clusterId ?? 'CLUSTER',
    '-n',
    place.namespace,
    '-s',
    place.serviceAccount,
    '-r',
    annotation,
  ];
  const associate = `ack-ram-tool rrsa associate-role ${words.map(shellWord).join(' ')}`;
  return {
    status: 'fault',
    subject,
    message: `${subject} is annotated with role ${annotation}, not with ${wanted}`,
    cure: `for role ${wanted} run: ${annotate(place, change)} ; or for role ${annotation} run: ${associate}`,
  };
}

function annotate(
  place: ServiceAccountPlace,
  { annotation, value, isThere }: { annotation: string; value: string; isThere: boolean },
): string {
  const overwrite = isThere ? ['--overwrite'] : [];
  return `${kubectl(place, 'annotate', 'serviceaccount', place.serviceAccount)} ${[`${annotation}=${value}`, ...overwrite].join(' ')}`;
}

function fixOf({ port, namespace, serviceAccount }: ServiceAccountPlace, role: string) {
  return {
    title: `annotate service account ${namespace}/${serviceAccount} with role ${role}`,
    run: () => port.annotateServiceAccount(namespace, serviceAccount, role),
  };
}

function subjectOf({ namespace, serviceAccount }: ServiceAccountPlace): string {
  return `service account ${namespace}/${serviceAccount}`;
}

export const serviceAccountChecks: readonly Check<KubernetesSide>[] = [exists, annotated, tokenLifetime];
