import type { Catalogue } from '../../translate.ts';

/** What `sandbox tour` tells, and what keeps the sandbox from starting. */
export const sandbox: Catalogue = {
  'A cluster starts without RRSA. Nothing in it can call cloud APIs with a role of its own.':
    '集群最初没有启用 RRSA，其中的应用无法以自己的角色调用云服务 API。',
  'Turn RRSA on. The cluster gets an OIDC issuer and the account an identity provider that trusts it.':
    '启用 RRSA。集群将拥有 OIDC 颁发者，账号下将创建信任它的身份提供商。',
  'Now the cluster has a provider and an issuer.': '现在集群已有提供商和颁发者。',
  'Let service account demo-sa of namespace rrsa-demo assume role demo-role-for-rrsa, and let the role read clusters.':
    '允许命名空间 rrsa-demo 的服务账户 demo-sa 扮演角色 demo-role-for-rrsa，并允许该角色读取集群。',
  'A pod of that service account finds a token in a projected volume. The sandbox signs one just like it.':
    '使用该服务账户的 Pod 会在投影卷中得到一个 Token，沙箱签发的 Token 与之相同。',
  'STS exchanges the token for temporary credentials of the role: no AccessKey anywhere.':
    'STS 用该 Token 换取角色的临时凭证：全程没有 AccessKey。',
  'From here on we are the pod: three variables and the token file are all it has. Any program can be run with its credentials.':
    '从这里开始我们就是 Pod：它只有三个环境变量和 Token 文件。任何程序都可以使用它的凭证运行。',
  'The pod lists the clusters of the account.': 'Pod 列出账号下的集群。',
  'Another service account of the same cluster has a token as good as the first one ...':
    '同一集群的另一个服务账户同样拥有有效的 Token……',
  '... but the role does not trust it, and STS refuses.': '……但角色并不信任它，STS 会拒绝。',
  'Take the policy away from the role ...': '从角色移除权限策略……',
  '... and the pod may still assume the role, but no longer list clusters.': '……Pod 仍可扮演该角色，但不能再列出集群。',
  'cannot make a temporary folder: {}': '无法创建临时文件夹：{}',
  'set TMPDIR to a folder that can be written': '请将 TMPDIR 设为可写的文件夹',
};
