/**
 * Documents of the system policies that the sandbox knows, as short as their effect allows. Alibaba Cloud maintains the
 * real ones; only their meaning for the services simulated here is kept.
 */

interface Grant {
  Action: string | string[];
  Resource?: string;
}

function allow(...grants: Grant[]): string {
  return JSON.stringify({
    Version: '1',
    Statement: grants.map(({ Action, Resource = '*' }) => ({ Effect: 'Allow', Action, Resource })),
  });
}

const documents: ReadonlyMap<string, string> = new Map([
  ['AdministratorAccess', allow({ Action: '*' })],
  ['ReadOnlyAccess', allow({ Action: ['*:Describe*', '*:List*', '*:Get*', '*:BatchGet*', '*:Query*', '*:Check*'] })],
  ['AliyunAMQPFullAccess', allow({ Action: 'amqp:*' })],
  ['AliyunAMQPReadOnlyAccess', allow({ Action: ['amqp:Get*', 'amqp:List*', 'amqp:Query*'] })],
  ['AliyunContainerRegistryFullAccess', allow({ Action: 'cr:*' })],
  ['AliyunContainerRegistryReadOnlyAccess', allow({ Action: ['cr:Get*', 'cr:List*', 'cr:PullRepository'] })],
  ['AliyunCSFullAccess', allow({ Action: 'cs:*' })],
  ['AliyunCSReadOnlyAccess', allow({ Action: ['cs:Get*', 'cs:List*', 'cs:Describe*', 'cs:Check*'] })],
  ['AliyunECIFullAccess', allow({ Action: 'eci:*' })],
  ['AliyunECIReadOnlyAccess', allow({ Action: ['eci:Describe*', 'eci:List*'] })],
  [
    'AliyunECSFullAccess',
    allow({ Action: 'ecs:*' }, { Action: 'vpc:DescribeVpcs' }, { Action: 'vpc:DescribeVSwitches' }),
  ],
  [
    'AliyunECSReadOnlyAccess',
    allow({ Action: ['ecs:Describe*', 'ecs:List*', 'vpc:DescribeVpcs', 'vpc:DescribeVSwitches'] }),
  ],
  ['AliyunKMSReadOnlyAccess', allow({ Action: ['kms:List*', 'kms:Describe*', 'kms:Get*'] })],
  ['AliyunLogFullAccess', allow({ Action: 'log:*' })],
  ['AliyunLogReadOnlyAccess', allow({ Action: ['log:Get*', 'log:List*', 'log:Query*'] })],
  ['AliyunOSSFullAccess', allow({ Action: ['oss:*', 'oss-object-lambda:*'] })],
  ['AliyunOSSReadOnlyAccess', allow({ Action: ['oss:Get*', 'oss:List*'] })],
  ['AliyunRAMFullAccess', allow({ Action: ['ram:*', 'ims:*'] })],
  ['AliyunRAMReadOnlyAccess', allow({ Action: ['ram:Get*', 'ram:List*', 'ims:Get*', 'ims:List*'] })],
  ['AliyunRDSReadOnlyAccess', allow({ Action: ['rds:Describe*', 'rds:List*'] })],
  ['AliyunSTSAssumeRoleAccess', allow({ Action: 'sts:AssumeRole' })],
  ['AliyunVPCReadOnlyAccess', allow({ Action: ['vpc:Describe*', 'vpc:List*'] })],
]);

/** Text of a system policy's document; `undefined` when the sandbox has no such policy. Names are case-sensitive. */
export function systemPolicyDocument(name: string): string | undefined {
  return documents.get(name);
}

/** Names of every system policy the sandbox has, sorted. */
export function systemPolicyNames(): readonly string[] {
  return [...documents.keys()].sort();
}
