import { parseOidcProviderArn, parseRoleArn } from '../../policy/arn.ts';
import { quoted } from '../../policy/name.ts';
import type { Check } from './check.ts';
import type { TokenPatient } from './token-patient.ts';

const wholeCheck = 'ack-ram-tool rrsa doctor -c CLUSTER_ID -n NAMESPACE -s SERVICE_ACCOUNT';
const recreate = `delete the pod, so that its owner recreates it and ack-pod-identity-webhook fills it in; \`${wholeCheck}\` says from outside what keeps it from doing so`;

/** What ack-pod-identity-webhook puts into a pod. */
export const tokenPodChecks: readonly Check<TokenPatient>[] = [
  {
    id: 'pod-variables',
    link: 'pod',
    title: 'the three variables of RRSA are in the environment of this pod',
    after: [],
    async run({ token }) {
      if (token?.pod === undefined) return undefined;
      const set = token.pod.set.join(', ');
      const missing = token.pod.missing.join(', ');
      if (missing === '') return { status: 'ok', message: `${set} are set` };
      if (set !== '')
        return { status: 'fault', message: `of RRSA ${set} is set, and ${missing} is not`, cure: recreate };
      return {
        status: 'fault',
        message: `this pod was not injected: ${missing} are not set`,
        cure: `install ack-pod-identity-webhook, label the namespace pod-identity.alibabacloud.com/injection=on, annotate the service account pod-identity.alibabacloud.com/role-name=ROLE, and recreate the pod; \`${wholeCheck}\` says which of them is missing`,
      };
    },
  },
  {
    id: 'pod-access-key',
    link: 'pod',
    title: 'no AccessKey in the environment is taken before the token',
    after: [],
    async run({ token }) {
      if (token?.pod === undefined) return undefined;
      const variable = token.pod.accessKeyVariable;
      if (variable === undefined) return { status: 'ok', message: 'there is no AccessKey in the environment' };
      return {
        status: 'warning',
        message: `${variable} is set, and SDKs take an AccessKey before the OIDC token`,
        cure: `take ${variable} out of the environment of the pod`,
      };
    },
  },
  {
    id: 'pod-role-arn',
    link: 'pod',
    title: 'the role ARN is well-formed',
    after: [],
    async run({ token }) {
      if (token?.roleArn === undefined) return undefined;
      const { value, from } = token.roleArn;
      if (parseRoleArn(value) !== undefined) return { status: 'ok', subject: from, message: `the role is ${value}` };
      return {
        status: 'fault',
        subject: from,
        message: `${from} is ${quoted(value)}, which is not of the form acs:ram::<account id>:role/<role name>`,
        cure: `set ${from} to the ARN that the RAM console shows for the role`,
      };
    },
  },
  {
    id: 'pod-provider-arn',
    link: 'pod',
    title: 'the OIDC provider ARN is well-formed',
    after: [],
    async run({ token }) {
      if (token?.providerArn === undefined) return undefined;
      const { value, from } = token.providerArn;
      if (parseOidcProviderArn(value) !== undefined) {
        return { status: 'ok', subject: from, message: `the OIDC provider is ${value}` };
      }
      return {
        status: 'fault',
        subject: from,
        message: `${from} is ${quoted(value)}, which is not of the form acs:ram::<account id>:oidc-provider/<name>`,
        cure: `set ${from} to the provider ARN that \`ack-ram-tool rrsa status -c CLUSTER_ID\` prints`,
      };
    },
  },
  {
    id: 'pod-provider-cluster',
    link: 'pod',
    title: 'the OIDC provider is that of the cluster',
    after: ['pod-provider-arn', 'rrsa-on'],
    async run({ asked, cluster, token }) {
      const given = token?.providerArn;
      if (given === undefined || asked.clusterId === undefined) return undefined;
      const own = (await cluster()).rrsa.providerArn;
      if (own === undefined) return undefined;
      const subject = given.from;
      if (given.value === own) return { status: 'ok', subject, message: `it is that of cluster ${asked.clusterId}` };
      return {
        status: 'fault',
        subject,
        message: `${given.from} is ${given.value}, and the OIDC provider of cluster ${asked.clusterId} is ${own}`,
        cure: `set ${given.from} to ${own}`,
      };
    },
  },
  {
    id: 'pod-accounts',
    link: 'pod',
    title: 'role and OIDC provider are of one account',
    after: ['pod-role-arn', 'pod-provider-arn', 'pod-provider-cluster'],
    async run({ token }) {
      const { roleArn, providerArn } = token ?? {};
      if (roleArn === undefined || providerArn === undefined) return undefined;
      const role = parseRoleArn(roleArn.value)?.accountId;
      const provider = parseOidcProviderArn(providerArn.value)?.accountId;
      if (role === provider) return { status: 'ok', message: `role and OIDC provider are of account ${role}` };
      return {
        status: 'fault',
        message: `${roleArn.from} is of account ${role}, and ${providerArn.from} of account ${provider}: a provider is trusted by roles of its own account only`,
        cure: `correct the account in ${roleArn.from} or ${providerArn.from}; to reach account ${role} from a cluster of ${provider}, assume a role of ${provider} first and that role with it (sts:AssumeRole)`,
      };
    },
  },
];
