/** One family of environment variables that carries an AccessKey, as the programs named in `readBy` read it. */
export interface KeyFamily {
  readonly readBy: string;
  readonly id: string;
  readonly secret: string;
  /** First that is set wins; empty when the family has none of its own. */
  readonly tokens: readonly string[];
}

/**
 * Every family that this tool reads, in the Go tool's order: the first of which an id or a secret is set is taken, as
 * a unit. Sources: its `accessKeyIdEnvs`, the aliyun CLI, terraform-provider-alicloud, alibaba-cloud-sdk-go.
 */
export const readFamilies: readonly KeyFamily[] = [
  {
    readBy: 'Alibaba Cloud SDKs, aliyun CLI',
    id: 'ALIBABA_CLOUD_ACCESS_KEY_ID',
    secret: 'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    tokens: ['ALIBABA_CLOUD_SECURITY_TOKEN'],
  },
  {
    readBy: 'Terraform, Packer, older SDK for Go',
    id: 'ALICLOUD_ACCESS_KEY',
    secret: 'ALICLOUD_SECRET_KEY',
    tokens: ['ALICLOUD_ACCESS_KEY_STS_TOKEN', 'ALICLOUD_SECURITY_TOKEN'],
  },
  {
    readBy: 'aliyun CLI, Terraform',
    id: 'ALIBABACLOUD_ACCESS_KEY_ID',
    secret: 'ALIBABACLOUD_ACCESS_KEY_SECRET',
    tokens: ['ALIBABACLOUD_SECURITY_TOKEN'],
  },
  {
    readBy: 'aliyun CLI',
    id: 'ALICLOUD_ACCESS_KEY_ID',
    secret: 'ALICLOUD_ACCESS_KEY_SECRET',
    tokens: ['ALICLOUD_SECURITY_TOKEN'],
  },
  {
    readBy: 'aliyun CLI, last',
    id: 'ACCESS_KEY_ID',
    secret: 'ACCESS_KEY_SECRET',
    tokens: ['SECURITY_TOKEN'],
  },
];

/** Every family that some consumer of exported credentials reads. */
export const exportedFamilies: readonly KeyFamily[] = [
  ...readFamilies,
  {
    readBy: 'aliyunlog',
    id: 'ALIYUN_LOG_CLI_ACCESSID',
    secret: 'ALIYUN_LOG_CLI_ACCESSKEY',
    tokens: ['ALIYUN_LOG_CLI_STS_TOKEN'],
  },
  {
    readBy: 'ossutil 2',
    id: 'OSS_ACCESS_KEY_ID',
    secret: 'OSS_ACCESS_KEY_SECRET',
    tokens: ['OSS_SESSION_TOKEN'],
  },
];
