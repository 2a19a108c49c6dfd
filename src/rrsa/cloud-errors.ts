/** What RAM, Container Service and Kubernetes say on the way to a pod with a role; and the search through all tables. */
import type { Lang } from '../lang.ts';
import { type ErrorFacts, type Explained, explainBy, type KnownError } from './known-error.ts';
import { requestErrors } from './request-errors.ts';
import { stsErrors } from './sts-errors.ts';

const installHelper = '`ack-ram-tool rrsa install-helper-addon -c CLUSTER_ID`';
const label = '`kubectl label namespace NAMESPACE pod-identity.alibabacloud.com/injection=on`';
const annotate =
  '`kubectl annotate serviceaccount SERVICE_ACCOUNT -n NAMESPACE pod-identity.alibabacloud.com/role-name=ROLE_NAME`';

const cloudErrors: readonly KnownError[] = [
  {
    id: 'explicitly-denied',
    codes: ['StatusForbidden', 'NoPermission', 'Forbidden.RAM'],
    says: ['explicitdeny'],
    onlyIfSaid: true,
    cause: {
      en: 'a policy denies {action} to this identity outright',
      zh: '有权限策略显式拒绝（Deny）了 {action}',
    },
    cure: {
      en: 'find the Deny statement among the policies of the identity and the control policies of the resource directory, and narrow it: a Deny beats every Allow',
      zh: '在该身份的权限策略与资源目录的管控策略中找到 Deny 语句并缩小其范围：Deny 优先于所有 Allow',
    },
  },
  {
    id: 'action-denied',
    codes: ['StatusForbidden', 'NoPermission', 'Forbidden.RAM'],
    says: ['policy forbidden for action', 'you are not authorized to do this action'],
    cause: {
      en: 'no policy of this identity allows {action}',
      zh: '该身份没有 {action} 的权限',
    },
    cure: {
      en: 'attach a policy that allows {action}, and wait half a minute; for the role of a pod: `ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT --attach-system-policy POLICY_NAME`',
      zh: '授予允许 {action} 的权限策略，并等待约 30 秒；如果是 Pod 使用的角色：`ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT --attach-system-policy POLICY_NAME`',
    },
  },
  {
    id: 'cluster-missing',
    codes: ['ErrorClusterNotFound'],
    says: [],
    cause: {
      en: 'there is no such cluster in this account and region',
      zh: '当前账号与地域下没有该集群',
    },
    cure: {
      en: 'check the cluster id, `--region-id`, and with `ack-ram-tool auth whoami` the account',
      zh: '检查集群 ID、`--region-id` 以及账号（`ack-ram-tool auth whoami`）',
    },
  },
  {
    id: 'ram-role-missing',
    codes: ['EntityNotExist.Role'],
    says: ['the role does not exist'],
    cause: { en: 'there is no such RAM role in this account', zh: '当前账号下没有该 RAM 角色' },
    cure: {
      en: 'check the name and, with `ack-ram-tool auth whoami`, the account; to create the role, pass `--create-role-if-not-exist` to `ack-ram-tool rrsa associate-role`',
      zh: '检查角色名称与账号（`ack-ram-tool auth whoami`）；如需创建角色，请在 `ack-ram-tool rrsa associate-role` 中指定 `--create-role-if-not-exist`',
    },
  },
  {
    id: 'policy-missing',
    codes: ['EntityNotExist.Policy'],
    says: ['the policy does not exist'],
    cause: { en: 'there is no such policy', zh: '权限策略不存在' },
    cure: {
      en: 'check its name, and whether it is a system policy or a custom one of this account',
      zh: '检查策略名称，以及它是系统策略还是当前账号的自定义策略',
    },
  },
  {
    id: 'oidc-provider-missing',
    codes: ['EntityNotExist.OIDCProvider'],
    says: ['the oidc provider does not exist'],
    cause: {
      en: 'there is no such OIDC provider in this account',
      zh: '当前账号下没有该 OIDC 身份提供商',
    },
    cure: {
      en: 'turn RRSA on for the cluster, which creates it: `ack-ram-tool rrsa enable -c CLUSTER_ID`',
      zh: '为集群启用 RRSA 功能会自动创建身份提供商：`ack-ram-tool rrsa enable -c CLUSTER_ID`',
    },
  },
  {
    id: 'token-not-mounted',
    codes: [],
    says: ['ack.alibabacloud.com/rrsa-tokens/token'],
    cause: {
      en: 'the file of the OIDC token is not in the pod, or the program may not read it',
      zh: 'Pod 中没有 OIDC Token 文件，或程序没有读取权限',
    },
    cure: {
      en: `install the webhook with ${installHelper}, opt in with ${label} and ${annotate}, then recreate the pod`,
      zh: `安装 webhook 组件：${installHelper}，启用注入：${label} 与 ${annotate}，然后重建 Pod`,
    },
  },
  {
    id: 'token-volume',
    codes: [],
    says: ['failed for volume "rrsa-oidc-token"'],
    cause: {
      en: 'the kubelet gets no token for the volume rrsa-oidc-token: the service account is gone, or the API server makes no such tokens',
      zh: 'kubelet 无法为卷 rrsa-oidc-token 获取 Token：服务账户不存在，或 API Server 未开启服务账户令牌卷投影',
    },
    cure: {
      en: 'check that `kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience sts.aliyuncs.com` works, then recreate the pod',
      zh: '检查 `kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience sts.aliyuncs.com` 是否成功，然后重建 Pod',
    },
  },
  {
    id: 'webhook-unreachable',
    codes: [],
    says: ['failed calling webhook'],
    cause: {
      en: 'the API server cannot reach an admission webhook, or does not trust its certificate',
      zh: 'API Server 无法访问准入 webhook，或不信任其证书',
    },
    cure: {
      en: 'look at the webhook that the message names: whether its pods run, and whether the caBundle is that of its certificate: `kubectl get mutatingwebhookconfigurations`',
      zh: '检查错误信息中的 webhook:Pod 是否运行正常、caBundle 是否与其证书一致：`kubectl get mutatingwebhookconfigurations`',
    },
  },
  {
    id: 'kubernetes-unauthorized',
    codes: [],
    says: ['you must be logged in to the server'],
    cause: {
      en: 'the cluster does not know the credentials of the kubeconfig: they have expired, or are those of another cluster',
      zh: '集群不接受 kubeconfig 中的凭证：已过期，或属于其他集群',
    },
    cure: {
      en: 'get a new kubeconfig: `ack-ram-tool get-kubeconfig -c CLUSTER_ID --merge`',
      zh: '获取新的 kubeconfig:`ack-ram-tool get-kubeconfig -c CLUSTER_ID --merge`',
    },
  },
  {
    id: 'kubernetes-forbidden',
    codes: [],
    says: ['is forbidden: user "'],
    cause: {
      en: 'the RBAC permissions of the user in the cluster do not allow this; RAM policies do not count there',
      zh: '该用户在集群内的 RBAC 权限不足；RAM 权限策略在集群内不起作用',
    },
    cure: {
      en: 'grant it in the console of Container Service under Authorizations; what there is: `ack-ram-tool rbac scan-user-permissions -c CLUSTER_ID`',
      zh: '在容器服务控制台的授权管理中授权；查看已有权限：`ack-ram-tool rbac scan-user-permissions -c CLUSTER_ID`',
    },
  },
  {
    id: 'no-credentials',
    codes: [],
    says: ['credentials from any of the providers in the chain'],
    cause: {
      en: 'the SDK found no credentials: the pod has none of the variables that the webhook injects',
      zh: 'SDK 未找到凭证：Pod 中没有 webhook 注入的环境变量',
    },
    cure: {
      en: `install the webhook with ${installHelper}, opt in with ${label} and ${annotate}, then recreate the pod; elsewhere set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
      zh: `安装 webhook 组件：${installHelper}，启用注入：${label} 与 ${annotate}，然后重建 Pod；其他环境请设置 ALIBABA_CLOUD_ACCESS_KEY_ID 与 ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
    },
  },
];

/** All that is known, the sayings of STS first. */
export const knownErrors: readonly KnownError[] = [...stsErrors, ...requestErrors, ...cloudErrors];

/** Cause and cure of an error of any service; `undefined` for one that is not known. */
export function explainCloudError(facts: ErrorFacts, lang: Lang = 'en'): Explained | undefined {
  return explainBy(knownErrors, facts, lang);
}
