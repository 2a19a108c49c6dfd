/** What every service says before it looks at a request: keys, signatures, time, how often. Causes and cures. */
import type { KnownError } from './known-error.ts';

const whoami = '`ack-ram-tool auth whoami`';

export const requestErrors: readonly KnownError[] = [
  {
    id: 'key-unknown',
    codes: ['InvalidAccessKeyId.NotFound', 'InvalidAccessKeyId'],
    says: ['specified access key is not found'],
    cause: {
      en: 'there is no such AccessKey: it was deleted, is mistyped, or belongs to the other site of the cloud',
      zh: 'AccessKey 不存在：已被删除、填写有误，或属于另一站点（中国站/国际站）',
    },
    cure: {
      en: `take an AccessKey that exists, and check with ${whoami} where the one in use comes from`,
      zh: `使用存在的 AccessKey，并检查当前使用的凭证：${whoami}`,
    },
  },
  {
    id: 'key-disabled',
    codes: ['InvalidAccessKeyId.Inactive'],
    says: ['specified access key is disabled'],
    cause: { en: 'the AccessKey is disabled', zh: 'AccessKey 已被禁用' },
    cure: {
      en: 'enable it in the RAM console, or use another one',
      zh: '在 RAM 控制台启用该 AccessKey，或使用其他 AccessKey',
    },
  },
  {
    id: 'security-token-missing',
    codes: ['MissingSecurityToken'],
    says: ['securitytoken is mandatory'],
    cause: {
      en: 'the AccessKey is a temporary one (STS.…), and its security token was not sent',
      zh: '使用的是临时 AccessKey(STS.…)，但请求中没有 SecurityToken',
    },
    cure: {
      en: 'set all three: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN',
      zh: '同时设置 ALIBABA_CLOUD_ACCESS_KEY_ID、ALIBABA_CLOUD_ACCESS_KEY_SECRET 与 ALIBABA_CLOUD_SECURITY_TOKEN',
    },
  },
  {
    id: 'security-token-expired',
    codes: ['InvalidSecurityToken.Expired'],
    says: ['specified securitytoken is expired', 'security token you provided has expired'],
    cause: { en: 'the temporary credentials have expired', zh: '临时凭证已过期' },
    cure: {
      en: 'get new ones before the old ones expire: let the official SDK renew them, or run the program with `ack-ram-tool export-credentials --refresh -- COMMAND`',
      zh: '在过期前获取新的临时凭证：由阿里云官方 SDK 自动更新，或使用 `ack-ram-tool export-credentials --refresh -- COMMAND` 运行程序',
    },
  },
  {
    id: 'security-token-invalid',
    codes: ['InvalidSecurityToken.'],
    says: ['specified securitytoken is malformed', 'mismatch with the accesskey'],
    cause: {
      en: 'the security token is damaged, or does not belong to the AccessKey it was sent with',
      zh: 'SecurityToken 格式有误，或与 AccessKey 不匹配',
    },
    cure: {
      en: 'take AccessKey id, secret and security token from one and the same answer of STS, without line breaks',
      zh: '使用同一次 STS 响应中的 AccessKeyId、AccessKeySecret 与 SecurityToken，且不含换行符',
    },
  },
  {
    id: 'clock-skew',
    codes: ['InvalidTimeStamp.Expired', 'InvalidTimeStamp.'],
    says: ['specified time stamp or date value is'],
    cause: {
      en: 'the clock of this machine is off by more than 15 minutes, or the request was under way that long',
      zh: '本机时钟偏差超过 15 分钟，或请求在途时间过长',
    },
    cure: {
      en: 'set the clock by NTP; `date -u` shows the time that is compared',
      zh: '通过 NTP 校准时钟；查看用于比较的 UTC 时间：`date -u`',
    },
  },
  {
    id: 'signature-mismatch',
    codes: ['SignatureDoesNotMatch'],
    says: ['specified signature is not matched with our calculation'],
    cause: {
      en: 'the AccessKey secret is not that of the AccessKey id, or something on the way changed the request',
      zh: 'AccessKeySecret 与 AccessKeyId 不匹配，或请求在途中被修改',
    },
    cure: {
      en: `set id and secret anew as a pair, without blanks or line breaks; then try ${whoami}`,
      zh: `重新成对设置 AccessKeyId 与 AccessKeySecret，且不含空格或换行符；然后执行 ${whoami} 验证`,
    },
  },
  {
    id: 'signature-incomplete',
    codes: ['IncompleteSignature', 'InvalidSignatureMethod', 'ContentMD5NotMatched'],
    says: ['the request signature does not conform to aliyun standards'],
    cause: {
      en: 'the request was not signed as the API asks for: its client is too old, or a proxy changed it',
      zh: '请求签名不符合规范：客户端版本过旧，或代理修改了请求',
    },
    cure: {
      en: 'use a current official SDK, and keep proxies from changing requests',
      zh: '使用最新的阿里云官方 SDK，并避免代理修改请求',
    },
  },
  {
    id: 'nonce-used',
    codes: ['SignatureNonceUsed'],
    says: ['specified signature nonce was used already'],
    cause: {
      en: 'the same signed request came twice: a proxy or a retry sent it again unchanged',
      zh: '同一签名请求被发送两次：代理或重试逻辑原样重发了请求',
    },
    cure: {
      en: 'sign every attempt anew, as the official SDKs do',
      zh: '每次重试都重新签名，阿里云官方 SDK 已如此实现',
    },
  },
  {
    id: 'throttled',
    codes: ['Throttling', 'Throttling.'],
    says: ['request was denied due to user flow control', 'request was denied due to api flow control'],
    cause: {
      en: 'the API is called too often; where it is STS, credentials are asked for anew although the old ones are still good',
      zh: '调用太频繁，导致操作被限流；如果是 STS，说明在临时凭证过期前频繁获取了新的凭证',
    },
    cure: {
      en: 'call less often, and keep temporary credentials until shortly before they expire, as the official SDKs do; with this tool pass `--cache`',
      zh: '降低调用频率；在临时凭证过期前无需频繁获取新的凭证，建议使用阿里云官方 SDK；使用本工具时可指定 `--cache`',
    },
  },
  {
    id: 'wrong-endpoint',
    codes: ['InvalidAction.NotFound', 'InvalidVersion'],
    says: ['specified api is not found', 'specified parameter version is not valid'],
    cause: {
      en: 'the service at this address does not have the API: the endpoint is that of another service',
      zh: '该地址的服务没有此 API:endpoint 属于其他服务',
    },
    cure: {
      en: 'take the endpoint flags and variables away, or correct them, such as `--sts-endpoint sts.aliyuncs.com`',
      zh: '去掉或修正 endpoint 相关的参数与环境变量，例如 `--sts-endpoint sts.aliyuncs.com`',
    },
  },
  {
    id: 'parameter-missing',
    codes: ['MissingParameter', 'MissingParameter.'],
    says: ['that is mandatory for processing this request is not supplied'],
    cause: { en: 'the request lacks a parameter', zh: '请求缺少参数' },
    cure: {
      en: 'set the parameter that the message names',
      zh: '设置错误信息中提到的参数',
    },
  },
  {
    id: 'service-failed',
    codes: ['InternalError', 'ServiceUnavailable'],
    says: [],
    cause: { en: 'the service failed', zh: '服务端发生错误' },
    cure: {
      en: 'try again in a minute; if it stays, open a ticket with the request id',
      zh: '请稍后重试；如果持续出现，请提交工单并附上请求 ID(RequestId)',
    },
  },
];
