/**
 * What STS says of an OIDC token, and of who may assume which role with it: causes and cures. Sources: the table
 * "SDK 报错信息解决方法" of the RRSA guide, and the error page of AssumeRoleWithOIDC.
 */
import type { KnownError } from './known-error.ts';

const freshToken = '`kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience sts.aliyuncs.com`';
const associate = '`ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`';
const explain = '`ack-ram-tool rrsa explain -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`';
const enable = '`ack-ram-tool rrsa enable -c CLUSTER_ID`';
const status = '`ack-ram-tool rrsa status -c CLUSTER_ID`';

export const stsTokenErrors: readonly KnownError[] = [
  {
    id: 'oidc-token-expired',
    codes: ['AuthenticationFail.OIDCToken.Expired'],
    says: ['this jsonwebtoken is expired'],
    cause: {
      en: 'the OIDC token has expired, or was issued longer ago than the OIDC provider allows',
      zh: '应用使用的 OIDC Token 已过期，或签发时间早于 OIDC 身份提供商允许的时限',
    },
    cure: {
      en: `read the token from the file that ALIBABA_CLOUD_OIDC_TOKEN_FILE names before every exchange, as the official SDKs do; a new one by hand: ${freshToken}`,
      zh: `每次都从环境变量 ALIBABA_CLOUD_OIDC_TOKEN_FILE 指向的文件中读取最新的 OIDC Token，建议使用阿里云官方 SDK；手动获取新的 Token：${freshToken}`,
    },
  },
  {
    id: 'sts-throttled',
    codes: ['Throttling', 'Throttling.'],
    says: [],
    service: 'STS',
    cause: {
      en: 'credentials are asked for too often',
      zh: '应用获取临时凭证的操作太频繁，导致操作被限流',
    },
    cure: {
      en: 'keep credentials until shortly before they expire, as the official SDKs do; with this tool pass `--cache`',
      zh: '在临时凭证过期前无需频繁获取新的凭证，建议使用阿里云官方 SDK；使用本工具时可指定 `--cache`',
    },
  },
  {
    id: 'audience-mismatch',
    codes: ['AuthenticationFail.OIDCToken.AudienceNotMatch'],
    says: ['invalid audience'],
    cause: {
      en: 'the audience of the OIDC token is not sts.aliyuncs.com, or no client id of the OIDC provider',
      zh: 'OIDC Token 的 audience 不是 sts.aliyuncs.com，或不在 OIDC 身份提供商的客户端 ID 中',
    },
    cure: {
      en: 'set `audience: sts.aliyuncs.com` in the projected token volume of the pod and recreate the pod, or let ack-pod-identity-webhook do it: `ack-ram-tool rrsa install-helper-addon -c CLUSTER_ID`',
      zh: '将应用模板中的配置项改为 `audience: sts.aliyuncs.com` 并重建 Pod，或由 ack-pod-identity-webhook 组件自动注入：`ack-ram-tool rrsa install-helper-addon -c CLUSTER_ID`',
    },
  },
  {
    id: 'rrsa-disabled',
    codes: ['AuthenticationFail.OIDCToken.IssuerConfigurationBroken'],
    says: ['the issuer is https://kubernetes.default.svc'],
    onlyIfSaid: true,
    cause: {
      en: 'RRSA is off for the cluster, or was off when the pod was created, or the token is not the one that was mounted for RRSA: its issuer is that of Kubernetes itself',
      zh: '集群未启用 RRSA 功能，或 Pod 在启用之前创建，或使用的不是为 RRSA 挂载的 Token：其 issuer 是 Kubernetes 默认的 issuer',
    },
    cure: {
      en: `turn RRSA on with ${enable}, then recreate the pods; in them read the token from the file that ALIBABA_CLOUD_OIDC_TOKEN_FILE names`,
      zh: `为应用所在集群启用 RRSA 功能：${enable}，然后重建使用 RRSA 功能的 Pod，并从环境变量 ALIBABA_CLOUD_OIDC_TOKEN_FILE 指向的文件中读取 Token`,
    },
  },
  {
    id: 'issuer-keys-unreachable',
    codes: ['AuthenticationFail.OIDCToken.IssuerConfigurationBroken'],
    says: ['get public keys from oidc provider failed'],
    cause: {
      en: 'STS cannot get the public keys of {issuer}, which issued the token: the cluster is gone, or its issuer can be reached from within only',
      zh: 'STS 无法获取签发该 Token 的 {issuer} 的公钥：集群已不存在，或其 issuer 无法从公网访问',
    },
    cure: {
      en: `see whether RRSA is on for the cluster of the pod with ${status}, turn it on with ${enable}, then recreate the pod`,
      zh: `查看 Pod 所在集群是否已启用 RRSA 功能：${status}；启用：${enable}，然后重建 Pod`,
    },
  },
  {
    id: 'issuer-mismatch',
    codes: ['AuthenticationFail.OIDCToken.IssuerNotMatch'],
    says: ["the issuer in the oidc token doesn't match"],
    cause: {
      en: 'the token was issued by another cluster than the one that the OIDC provider belongs to, or before RRSA was turned on for it',
      zh: '签发 Token 的集群与 OIDC 身份提供商所属的集群不一致，或 Token 在集群启用 RRSA 功能之前签发',
    },
    cure: {
      en: `compare the provider ARN of the pod with the one that ${status} shows for its cluster; if RRSA is off, turn it on with ${enable}; then recreate the pod`,
      zh: `对比 Pod 使用的 OIDC 身份提供商 ARN 与其所在集群的 ARN：${status}；如果未启用 RRSA 功能，请启用：${enable}，然后重建 Pod`,
    },
  },
  {
    id: 'role-missing',
    codes: ['EntityNotExist.Role'],
    says: ['the role not exists', 'the specified role not exists'],
    service: 'STS',
    cause: {
      en: 'there is no such RAM role in that account',
      zh: '应用所使用的 RAM 角色不存在',
    },
    cure: {
      en: 'correct the role ARN, or create the role: `ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT --create-role-if-not-exist`',
      zh: '检查角色 ARN，或创建对应的 RAM 角色：`ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT --create-role-if-not-exist`',
    },
  },
  {
    id: 'provider-missing',
    codes: ['AuthenticationFail.NoPermission'],
    says: ['no such oidc provider registered'],
    onlyIfSaid: true,
    cause: {
      en: 'there is no such OIDC provider: its ARN is wrong, RRSA was never turned on for the cluster, or the provider was deleted',
      zh: 'OIDC 身份提供商不存在：ARN 有误、集群未启用过 RRSA 功能，或身份提供商已被删除',
    },
    cure: {
      en: `use the provider ARN that ${status} shows, and turn RRSA on if it is off: ${enable}`,
      zh: `使用以下命令显示的 OIDC 身份提供商 ARN：${status}；如果未启用 RRSA 功能，请启用：${enable}`,
    },
  },
  {
    id: 'trust-missing',
    codes: ['AuthenticationFail.NoPermission'],
    says: ['there is no permission'],
    cause: {
      en: 'the trust policy of the RAM role does not let this service account assume it',
      zh: '应用所使用的 RAM 角色未完成所需的信任策略配置，不允许该服务账户扮演此角色',
    },
    cure: {
      en: `let it: ${associate}; to see which condition fails: ${explain}`,
      zh: `修改 RAM 角色的信任策略，允许应用扮演该角色：${associate}；查看不满足的条件：${explain}`,
    },
  },
  {
    id: 'token-signature',
    codes: ['AuthenticationFail.OIDCToken.InvalidSignature'],
    says: ['oidc token validate failed: invalid signature'],
    cause: {
      en: 'the token is not signed with a key that its issuer publishes: it was changed or cut off, or the keys are others by now',
      zh: 'Token 的签名与其 issuer 公布的公钥不符：Token 被修改或截断，或公钥已更换',
    },
    cure: {
      en: `send the token exactly as the kubelet wrote it, or get a new one: ${freshToken}`,
      zh: `原样使用 kubelet 写入的 Token，或获取新的 Token：${freshToken}`,
    },
  },
  {
    id: 'token-empty',
    codes: ['AuthenticationFail.OIDCToken.Invalid', 'MissingOIDCToken'],
    says: ['the oidctoken can not empty', 'oidctoken is mandatory'],
    onlyIfSaid: true,
    cause: { en: 'no OIDC token was sent', zh: '请求中没有 OIDC Token' },
    cure: {
      en: 'check that the file which ALIBABA_CLOUD_OIDC_TOKEN_FILE names is mounted and not empty; pods from before the webhook have to be recreated',
      zh: '检查环境变量 ALIBABA_CLOUD_OIDC_TOKEN_FILE 指向的文件已挂载且不为空；安装 webhook 之前创建的 Pod 需要重建',
    },
  },
  {
    id: 'token-algorithm',
    codes: ['AuthenticationFail.OIDCToken.Invalid'],
    says: ['that be specified in jwt header is unknown'],
    onlyIfSaid: true,
    cause: {
      en: 'the token is signed in a way that STS does not take',
      zh: 'Token 使用了 STS 不支持的签名算法',
    },
    cure: {
      en: `use the token of a service account: ${freshToken}`,
      zh: `使用服务账户的 Token：${freshToken}`,
    },
  },
  {
    id: 'token-unreadable',
    codes: ['AuthenticationFail.OIDCToken.Invalid'],
    says: [
      'the number of jwt field should be divided into 3 parts',
      'cannot decode base64 encoded response',
      'the jwt content is invalid that cannot be recognized',
    ],
    cause: {
      en: 'what was sent is no JSON Web Token: another file, quotes or a line break around it, or encoded once more',
      zh: '发送的内容不是有效的 JWT：文件有误、前后有引号或换行符，或被再次编码',
    },
    cure: {
      en: `send what is in the file that ALIBABA_CLOUD_OIDC_TOKEN_FILE names and nothing else; a token by hand: ${freshToken}`,
      zh: `只发送环境变量 ALIBABA_CLOUD_OIDC_TOKEN_FILE 指向的文件的内容；手动获取 Token：${freshToken}`,
    },
  },
  {
    id: 'issuer-certificate',
    codes: ['AuthenticationFail.OIDCToken.HttpsUrlInvalid'],
    says: ['invoke url failed due to certificate chain validation', 'the root ca certificate is not in ca whitelist'],
    cause: {
      en: 'STS does not trust the TLS certificate of the issuer',
      zh: 'STS 不信任 issuer 的 TLS 证书',
    },
    cure: {
      en: 'let the issuer serve its whole certificate chain, from a public certificate authority',
      zh: '使 issuer 提供由公共 CA 签发的完整证书链',
    },
  },
  {
    id: 'issuer-fingerprint',
    codes: ['AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch'],
    says: [],
    cause: {
      en: 'the OIDC provider does not know the fingerprint of the certificate that its issuer has now',
      zh: 'OIDC 身份提供商中没有 issuer 当前证书的指纹',
    },
    cure: {
      en: 'add the new fingerprint to the OIDC provider in the RAM console',
      zh: '在 RAM 控制台为 OIDC 身份提供商添加新的指纹',
    },
  },
  {
    id: 'token-refused',
    codes: ['AuthenticationFail.'],
    says: [],
    cause: { en: 'STS does not accept the OIDC token', zh: 'STS 不接受该 OIDC Token' },
    cure: {
      en: `get a new token with ${freshToken}, and compare it with the trust policy: \`ack-ram-tool rrsa explain -c CLUSTER_ID -r ROLE_NAME --oidc-token-file FILE\``,
      zh: `获取新的 Token：${freshToken}，并与信任策略对比：\`ack-ram-tool rrsa explain -c CLUSTER_ID -r ROLE_NAME --oidc-token-file FILE\``,
    },
  },
];
