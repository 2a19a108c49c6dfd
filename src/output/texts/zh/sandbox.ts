import type { Catalogue } from '../../translate.ts';

/** What `sandbox tour` tells, and what keeps the sandbox from starting. */
export const sandbox: Catalogue = {
  'A cluster starts without RRSA. Nothing in it can call cloud APIs with a role of its own.':
    '集群最初没有启用 RRSA，其中的应用无法以自己的角色调用云服务 API。',
  'Turn RRSA on. The cluster gets an OIDC issuer and the account an identity provider that trusts it.':
    '启用 RRSA。集群将拥有 OIDC 颁发者，账号下将创建信任它的身份提供商。',
  'Now the cluster has a provider and an issuer.': '现在集群已有身份提供商和颁发者。',
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
  'cannot write the access log {}: {}': '无法写入访问日志 {}：{}',
  'the sandbox gives no token: {}': '沙箱没有给出 Token：{}',
  'what answers at ACK_RAM_TOOL_SANDBOX_URL is not a sandbox (HTTP {})':
    'ACK_RAM_TOOL_SANDBOX_URL 处应答的不是沙箱（HTTP {}）',
  'what answers at ACK_RAM_TOOL_SANDBOX_URL is not a sandbox (too much text)':
    'ACK_RAM_TOOL_SANDBOX_URL 处应答的不是沙箱（文本过长）',
  'ACK_RAM_TOOL_SANDBOX_URL is not the URL of a sandbox on this machine':
    'ACK_RAM_TOOL_SANDBOX_URL 不是本机上沙箱的 URL',
  'the sandbox at {} does not answer: {}': '{} 处的沙箱没有应答：{}',
  'start one with `ack-ram-tool sandbox start`, and set the env that it prints':
    '请用 `ack-ram-tool sandbox start` 启动一个，并设置它输出的环境变量',
  'no answer in 10 seconds': '10 秒内没有应答',
  'cannot read {} of cluster {} at {}: {}': '无法读取集群 {2} 在 {3} 的{1}：{4}',
  'is it running? Else name its issuer and a jwksFile in the seed':
    '它是否在运行？如果没有，请在种子文件中指定其 issuer 和 jwksFile',
  'the API server of cluster {} names no issuer, or no keys': '集群 {} 的 API Server 没有给出颁发者或公钥',
  '--fault {} is not a fault: {}': '--fault {} 不是有效的故障：{}',
  'it is not of the form API[:WHICH]=WHAT': '它不符合 API[:WHICH]=WHAT 的形式',
  'the sandbox has no such API': '沙箱没有这个 API',
  'a certificate is that of every call: "*:*=expired-certificate"': '证书用于所有调用："*:*=expired-certificate"',
  'which calls is a number from 1, "*", or a percentage such as 25%':
    '哪些调用须为从 1 开始的数字、"*" 或 25% 这样的百分比',
  'the fault is one of {}, slow(MILLISECONDS), skew(DURATION)': '故障须为 {}、slow(MILLISECONDS)、skew(DURATION) 之一',
  '--listen {} is not an address and port': '--listen {} 不是地址和端口',
  '--listen {} is not a loopback address': '--listen {} 不是本机回环地址',
  'the sandbox hands out credentials to whoever asks: use 127.0.0.1:0':
    '沙箱会向任何请求者发放凭证：请使用 127.0.0.1:0',
  'the seed file': '种子文件',
  'the seed file {}': '种子文件 {}',
  'the jwksFile {}': 'jwksFile {}',
  'the caKey {}': 'caKey {}',
  'one word': '一个单词',
  'access key': 'AccessKey',
  'a policy name': '权限策略名称',
  'a role name': '角色名称',
  'a cluster id': '集群 ID',
  'an account id (digits, in quotes)': '账号 ID（带引号的数字）',
  'an AccessKey id': 'AccessKey ID',
  'the URL of an issuer': '颁发者的 URL',
  'the name of an addon': '组件名称',
  'a name or an id': '名称或 ID',
  'a duration such as 1h30m': '1h30m 这样的时长',
  'user of {}': '{} 的用户',
  'role of {}': '{} 的角色',
  'policy of {}': '{} 的权限策略',
  'has no accessKeyId beside it': '旁边没有 accessKeyId',
  'has no accessKeySecret beside it': '旁边没有 accessKeySecret',
  'has no issuer beside it': '旁边没有 issuer',
  'has no kubeconfig beside it': '旁边没有 kubeconfig',
  'cannot be used: {}': '不能使用：{}',
  'is not a file with a JSON Web Key Set': '不是包含 JSON Web Key Set 的文件',
  'is the second {} of that name': '是第二个同名的{}',
  'refers to cluster {}, which the seed does not have': '引用了种子文件中没有的集群 {}',
  'names policy {}, which the sandbox does not have': '指定了沙箱中没有的权限策略 {}',
  'is not from 1h to 12h': '不在 1h 到 12h 之间',
  'is not a list': '不是列表',
  'is not a whole number from {} to {}': '不是 {} 到 {} 之间的整数',
  'is neither a mapping nor a string': '既不是映射也不是字符串',
  'has aliases that do not end: {}': '含有没有尽头的别名：{}',
  'activeUsers of the seed names {}, which is no user, role or id':
    '种子文件的 activeUsers 指定了 {}，它不是用户、角色或 ID',
  'a document of the seed refers to cluster {}, which is not in it': '种子文件中有文档引用了其中没有的集群 {}',
  '--fault with expired-certificate needs --tls': '--fault 使用 expired-certificate 时需要 --tls',
};
