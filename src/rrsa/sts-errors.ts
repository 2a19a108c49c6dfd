/** What STS says when it issues no credentials: causes and cures. Sources: the error pages of AssumeRole and AssumeRoleWithOIDC. */
import type { Lang } from '../lang.ts';
import { type ErrorFacts, type Explained, explainBy, type KnownError } from './known-error.ts';
import { requestErrors } from './request-errors.ts';
import { stsTokenErrors } from './sts-token-errors.ts';

const status = '`ack-ram-tool rrsa status -c CLUSTER_ID`';

/** Of AssumeRoleWithOIDC, then of AssumeRole. Where a code has several rows, the one whose words are said is meant. */
export const stsErrors: readonly KnownError[] = [
  ...stsTokenErrors,
  {
    id: 'session-duration',
    codes: ['InvalidParameter.DurationSeconds'],
    says: ['value of durationseconds is'],
    cause: {
      en: 'the session would be shorter than 15 minutes, or longer than the role allows',
      zh: '会话时长小于 15 分钟，或超过角色的最大会话时间',
    },
    cure: {
      en: 'ask for less, such as `--duration 1h`, or raise the maximum session duration of the role',
      zh: '缩短会话时长，例如 `--duration 1h`，或调大角色的最大会话时间',
    },
  },
  {
    id: 'session-name',
    codes: ['InvalidParameter.RoleSessionName', 'MissingRoleSessionName'],
    says: ['the parameter rolesessionname is wrongly formed'],
    cause: { en: 'the name of the session is missing or malformed', zh: '角色会话名称缺失或格式有误' },
    cure: {
      en: 'use 2 to 64 letters, digits, ".", "@", "_" and "-", such as `--session-name my-app`, or set ALIBABA_CLOUD_ROLE_SESSION_NAME',
      zh: '使用 2 至 64 个字母、数字、"."、"@"、"_" 或 "-"，例如 `--session-name my-app`，或设置环境变量 ALIBABA_CLOUD_ROLE_SESSION_NAME',
    },
  },
  {
    id: 'role-arn',
    codes: ['InvalidParameter.RoleArn', 'MissingRoleArn'],
    says: ['the parameter rolearn is wrongly formed'],
    cause: { en: 'the ARN of the role is missing or malformed', zh: '角色 ARN 缺失或格式有误' },
    cure: {
      en: 'write it as acs:ram::ACCOUNT_ID:role/ROLE_NAME; pods have it in ALIBABA_CLOUD_ROLE_ARN',
      zh: '格式为 acs:ram::ACCOUNT_ID:role/ROLE_NAME；Pod 中对应的环境变量是 ALIBABA_CLOUD_ROLE_ARN',
    },
  },
  {
    id: 'provider-arn',
    codes: ['InvalidParameter.OIDCProviderArn', 'MissingOIDCProviderArn'],
    says: ['the parameter oidcproviderarn is wrongly formed'],
    cause: { en: 'the ARN of the OIDC provider is missing or malformed', zh: 'OIDC 身份提供商 ARN 缺失或格式有误' },
    cure: {
      en: `use the provider ARN that ${status} shows; pods have it in ALIBABA_CLOUD_OIDC_PROVIDER_ARN`,
      zh: `使用以下命令显示的 OIDC 身份提供商 ARN：${status}；Pod 中对应的环境变量是 ALIBABA_CLOUD_OIDC_PROVIDER_ARN`,
    },
  },
  {
    id: 'session-policy',
    codes: ['InvalidParameter.PolicyGrammar', 'InvalidParameter.PolicySize'],
    says: ['the parameter policy has not passed grammar check', 'the size of policy must be smaller'],
    cause: {
      en: 'the session policy is no valid policy, or longer than 2048 characters',
      zh: '会话权限策略语法有误，或超过 2048 个字符',
    },
    cure: {
      en: 'correct or shorten the value of `--policy`: JSON with Version "1" and a Statement',
      zh: '修正或缩短 `--policy` 的值：包含 Version "1" 与 Statement 的 JSON',
    },
  },
  {
    id: 'external-id',
    codes: ['InvalidParameter.ExternalId'],
    says: ['the parameter externalid is wrongly formed'],
    cause: { en: 'the external id is malformed', zh: 'ExternalId 格式有误' },
    cure: {
      en: 'use 2 to 1224 letters, digits and any of "+=,.@:/-_"',
      zh: '使用 2 至 1224 个字母、数字或 "+=,.@:/-_"',
    },
  },
  {
    id: 'content-type',
    codes: ['InvalidParameter.ContentType'],
    says: [],
    cause: {
      en: 'the request came in a content type that STS does not take',
      zh: '请求的 Content-Type 不受 STS 支持',
    },
    cure: {
      en: 'send it as application/x-www-form-urlencoded, as the official SDKs do',
      zh: '使用 application/x-www-form-urlencoded 发送请求，阿里云官方 SDK 已如此实现',
    },
  },
  {
    id: 'caller-is-account',
    codes: ['NoPermission'],
    says: ['roles may not be assumed by root accounts'],
    onlyIfSaid: true,
    service: 'STS',
    cause: {
      en: 'the AccessKey is that of the account itself, which cannot assume roles',
      zh: '使用的是阿里云账号（主账号）的 AccessKey，主账号不能扮演角色',
    },
    cure: {
      en: 'use the AccessKey of a RAM user; `ack-ram-tool auth whoami` shows who it is',
      zh: '使用 RAM 用户的 AccessKey；查看当前身份：`ack-ram-tool auth whoami`',
    },
  },
  {
    id: 'caller-may-not-assume',
    codes: ['NoPermission'],
    says: ['no permission perform sts:assumerole', 'you should be authorized by ram'],
    service: 'STS',
    cause: {
      en: 'the caller may not call sts:AssumeRole for this role, or the trust policy of the role does not name the caller',
      zh: '调用者没有扮演该角色的权限（sts:AssumeRole），或角色的信任策略不允许该调用者',
    },
    cure: {
      en: 'attach AliyunSTSAssumeRoleAccess to the caller, which `ack-ram-tool auth whoami` shows, and name it as RAM principal in the trust policy of the role',
      zh: '为调用者（查看：`ack-ram-tool auth whoami`）授予 AliyunSTSAssumeRoleAccess 权限，并在角色的信任策略中将其设为可信的 RAM 实体',
    },
  },
];

/** Cause and cure of a refusal by STS, signed or anonymous; `undefined` for a code that it is not known to send. */
export function explainStsError(facts: Omit<ErrorFacts, 'service'>, lang: Lang = 'en'): Explained | undefined {
  return explainBy([...stsErrors, ...requestErrors], { ...facts, service: 'STS' }, lang);
}
