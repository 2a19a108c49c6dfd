import type { Catalogue } from '../../translate.ts';

/** Help pages: summaries, paragraphs, flags, headings. */
export const help: Catalogue = {
  'Usage:': '用法：',
  'Examples:': '示例：',
  'Flags:': '参数：',
  'Shared flags:': '通用参数：',
  'Commands:': '命令：',
  required: '必需',
  'default {}': '默认值 {}',
  'env {}': '环境变量 {}',
  'COMMAND [flags]': 'COMMAND [flags]',
  'RAM roles for service accounts (RRSA) on Alibaba Cloud ACK and ACS.':
    '阿里云 ACK 和 ACS 上适用于服务账户的 RAM 角色（RRSA）。',
  'See `{} COMMAND --help` for the flags of a command.': '命令的参数请参见 `{} COMMAND --help`。',
  'RAM roles for service accounts: enable, associate, assume': '适用于服务账户的 RAM 角色：启用、关联、扮演',
  'credentials for kubectl, and kubeconfigs that use them': '供 kubectl 使用的凭证，以及使用这些凭证的 kubeconfig',
  'what RAM users and roles may do in Kubernetes': 'RAM 用户和角色在 Kubernetes 中的权限',
  'user names and passwords for ApsaraMQ for RabbitMQ, and a check of the broker':
    '云消息队列 RabbitMQ 版的用户名和密码，以及对服务端的检查',
  'RAM roles of pods on Elastic Container Instance': '弹性容器实例 ECI 上 Pod 的 RAM 角色',
  'the admission webhook that gives pods their identity': '为 Pod 注入身份的准入 Webhook',
  'who the credentials belong to': '凭证所属的身份',
  'the temporary credentials that are kept between runs': '在多次运行之间保留的临时凭证',
  'small helpers': '小工具',
  'a local cloud to try and test against, no account needed': '用于试用和测试的本地云环境，无需账号',
  'print the version': '输出版本',
  'print the script that completes command lines in a shell': '输出用于 Shell 命令行补全的脚本',
  'candidates only, without what they are': '仅列出候选项，不带说明',
  'Load it as `source <(ack-ram-tool completion bash)` does, in zsh alike; in fish as `ack-ram-tool completion fish | source`; in PowerShell as `ack-ram-tool completion powershell | Out-String | Invoke-Expression`. The script asks this tool at every TAB. Profiles are read from their files; clusters and roles are listed (cs:DescribeClusters, ram:ListRoles) with keys that are at hand, an OIDC token or the cache, for 1.5 s at most, and kept for a minute. TAB never runs a helper program and never renews a login.':
    '加载方式：bash 中使用 `source <(ack-ram-tool completion bash)`，zsh 同理；fish 中使用 `ack-ram-tool completion fish | source`；PowerShell 中使用 `ack-ram-tool completion powershell | Out-String | Invoke-Expression`。每次按 TAB 时脚本都会询问本工具。配置名称从其文件中读取；集群和角色（cs:DescribeClusters、ram:ListRoles）使用现成的密钥、OIDC Token 或缓存列出，最长 1.5 秒，结果保留一分钟。TAB 从不运行外部程序，也从不续期登录。',
  'the associations of a cluster, YAML or JSON': '集群的关联关系文件，YAML 或 JSON',
  'look at every role, and take away the service accounts of this cluster that the file does not name':
    '检查所有角色，并移除文件中没有列出的本集群服务账户',
  'merge statements that differ in their service accounts only; what they mean stays the same':
    '合并仅服务账户不同的语句；含义保持不变',
  'list the roles that trust service accounts of a cluster, and which': '列出信任集群服务账户的角色及其信任的服务账户',
  'Reads all roles of the account. With -o yaml it prints the file that `rrsa plan` and `rrsa apply` take, for what exists; mermaid and dot draw who may assume what. A role that cannot be read is reported, hides no other, and makes the exit code 1.':
    '读取账号下的所有角色。使用 -o yaml 时，按现状输出可供 `rrsa plan` 和 `rrsa apply` 使用的文件；mermaid 和 dot 则画出谁可以扮演哪个角色。无法读取的角色会被报告，不影响其他角色，并使退出码为 1。',
  'only this role': '仅此角色',
  'only what trusts service accounts of this namespace; `*` and `?` are wildcards':
    '仅列出信任此命名空间中服务账户的内容；`*` 和 `?` 是通配符',
  'only what trusts service accounts of this name; `*` and `?` are wildcards':
    '仅列出信任此名称的服务账户的内容；`*` 和 `?` 是通配符',
  'show what has to change so that the associations of a cluster are as a file wants them':
    '显示要使集群的关联关系与文件一致需要做哪些变更',
  'Reads the cluster and every role of the file once and prints the change of each as a diff, the same from run to run. Changes nothing. Exits with 1 when a role cannot be planned.':
    '读取一次集群以及文件中的每个角色，并以 diff 形式输出各自的变更，多次运行结果一致。不做任何变更。有角色无法生成计划时以 1 退出。',
  'exit with 3 when something has to change': '需要变更时以 3 退出',
  'bring the associations of a cluster to what a file wants': '使集群的关联关系与文件一致',
  'Shows the plan, asks once, does it. Adds and never takes away, unless --prune is given: then only service accounts of this very cluster, never a statement with further conditions, a role or a policy. When a role fails the others are done; run it again for the rest.':
    '显示计划，确认一次，然后执行。除非指定 --prune，否则只增不减；指定后也只移除本集群的服务账户，绝不移除带有其他条件的语句、角色或权限策略。某个角色失败时其余角色照常完成；重新运行即可处理剩余部分。',
  'version of client.authentication.k8s.io': 'client.authentication.k8s.io 的版本',
  'life of a client certificate, 15m to 72h; 0s takes the long-lived one':
    '客户端证书的有效期，15m 到 72h；0s 表示使用长期证书',
  'where client certificates are kept between runs': '在多次运行之间存放客户端证书的位置',
  'print a kubeconfig whose user gets its credentials from this tool': '输出由本工具提供用户凭证的 kubeconfig',
  'Asks ACK for your kubeconfig of the cluster and puts this tool in the place of its client certificate, as an exec plugin: kubectl then gets a fresh certificate, or a token of ack-ram-authenticator, whenever it needs one. With --merge the context goes into the kubeconfig you have, with its cluster and user under the same name, and becomes the current one; everything else there stays as it is.':
    '向 ACK 获取您在该集群的 kubeconfig，并以 exec 插件的方式用本工具替换其中的客户端证书：kubectl 在需要时即可获得新的证书或 ack-ram-authenticator 的 Token。使用 --merge 时，该上下文连同同名的集群和用户会写入您现有的 kubeconfig，并成为当前上下文；其中的其他内容保持不变。',
  'what kubectl authenticates with: a client certificate, or a token of ack-ram-authenticator':
    'kubectl 的认证方式：客户端证书，或 ack-ram-authenticator 的 Token',
  'the address of the API server inside the VPC': 'API Server 的 VPC 内网地址',
  'put it into a kubeconfig file instead of printing it': '写入 kubeconfig 文件，而不是输出',
  'the file to merge into; else the first of KUBECONFIG, else ~/.kube/config':
    '要合并到的文件；否则为 KUBECONFIG 中的第一个，再否则为 ~/.kube/config',
  'name of the context that is merged; else the one that ACK gave it': '合并后的上下文名称；否则为 ACK 给出的名称',
  'print a client certificate for kubectl, as an ExecCredential':
    '以 ExecCredential 形式输出供 kubectl 使用的客户端证书',
  'Run by kubectl. The certificate is kept for this identity and cluster, and renewed in the last fifth of its life, in its last 10 minutes at least; one that could not be renewed is used until it expires.':
    '由 kubectl 调用。证书按身份和集群保存，并在有效期的最后五分之一（至少最后 10 分钟）内更新；无法更新的证书会一直使用到过期。',
  'print a token of ack-ram-authenticator for kubectl, as an ExecCredential':
    '以 ExecCredential 形式输出供 kubectl 使用的 ack-ram-authenticator Token',
  'Run by kubectl. The token is made here, no service is called for it, and is valid for 10 minutes. Variables whose name starts with the text in ACK_RAM_TOOL_TOKEN_EXTRA_KEY_PREFIX are signed into it.':
    '由 kubectl 调用。Token 在本地生成，不调用任何服务，有效期为 10 分钟。名称以 ACK_RAM_TOOL_TOKEN_EXTRA_KEY_PREFIX 中的文本开头的变量会一并签入其中。',
  'print the current credentials, or run a command with them': '输出当前凭证，或使用当前凭证运行命令',
  'With COMMAND the credentials go into its environment and nothing is printed; its exit code is passed on. Every variable that could make it pick other credentials is removed first.':
    '指定 COMMAND 时，凭证会写入其环境变量，不输出任何内容；其退出码会原样返回。所有可能使其选用其他凭证的变量都会先被移除。',
  'what to print; without effect when COMMAND is given': '输出格式；指定 COMMAND 时无效',
  'keep the credentials of COMMAND fresh for as long as it runs': '在 COMMAND 运行期间持续更新其凭证',
  'serve fresh credentials as a credentials URI until stopped; port 0 takes a free one':
    '以凭证 URI 的形式提供最新凭证，直到被停止；端口 0 表示使用空闲端口',
  'let --serve listen beyond this machine': '允许 --serve 监听本机以外的地址',
  'let --serve answer as ECS metadata, version 2, for every local user':
    '让 --serve 以 ECS 元数据（版本 2）的形式应答，本机所有用户均可访问',
  'let --serve answer as ECS metadata, both versions': '让 --serve 以 ECS 元数据（两个版本）的形式应答',
  'show who the credentials belong to': '显示凭证所属的身份',
  'show what the metadata service of this ECS instance says': '显示此 ECS 实例的元数据服务返回的内容',
  'Goes on until it is stopped; a round that fails is reported and does not end it.':
    '持续运行直到被停止；失败的轮次会被报告，但不会使其结束。',
  'do it once': '仅执行一次',
  'pause between two rounds': '两轮之间的间隔',
  'always the credentials of this ECS instance': '始终使用此 ECS 实例的凭证',
  'remove the credentials and client certificates that were kept between runs':
    '删除在多次运行之间保留的凭证和客户端证书',
  'create a RAM role that ECI pods can have': '创建可供 ECI Pod 使用的 RAM 角色',
  'Creates the role, has it trust the service ecs.aliyuncs.com, and attaches policies to it. A role that exists keeps what it has: only what is missing is added, after a diff and one question.':
    '创建角色，使其信任服务 ecs.aliyuncs.com，并为其附加权限策略。已存在的角色保留其原有内容：在显示 diff 并确认一次后，仅补充缺少的部分。',
  'give the pods of manifests a RAM role for when they run on ECI':
    '为清单中的 Pod 指定其在 ECI 上运行时使用的 RAM 角色',
  'Puts the annotation k8s.aliyun.com/eci-ram-role-name into the metadata of Pods, and of the pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. It takes effect when a pod is created, so pods that run already must be recreated. A pod without the label alibabacloud.com/eci is pointed out on stderr.':
    '将注解 k8s.aliyun.com/eci-ram-role-name 写入 Pod 的元数据，以及 Deployment、StatefulSet、DaemonSet、ReplicaSet、Job、CronJob 及其 List 的 Pod 模板的元数据，并输出清单；注释、排版和其他内容保持不变。注解在创建 Pod 时生效，因此已在运行的 Pod 必须重建。没有标签 alibabacloud.com/eci 的 Pod 会在 stderr 上指出。',
  'the manifests, YAML or JSON, any number of documents; - reads stdin':
    '清单，YAML 或 JSON，可包含任意数量的文档；- 表示从标准输入读取',
  'print, or create and attach, the policy that lets a RAM user give a role to pods':
    '输出（或创建并附加）允许 RAM 用户将角色授予 Pod 的权限策略',
  'A RAM user may give a role to a pod when ram:PassRole is allowed for that role. Prints the policy document, which needs no credentials. With --create it becomes a custom policy, after one question; a policy of that name that says the same is taken, another one is never overwritten.':
    '当 RAM 用户对某个角色拥有 ram:PassRole 权限时，即可将该角色授予 Pod。输出权限策略文档，无需凭证。使用 --create 时，在确认一次后将其创建为自定义策略；已有内容相同的同名策略会被直接使用，内容不同的策略绝不会被覆盖。',
  'create the custom policy when there is none': '自定义策略不存在时创建它',
  'attach it to this RAM user; goes with --create': '将其附加到此 RAM 用户；需与 --create 一起使用',
  'name of the custom policy; else pass-role- and the name of the role':
    '自定义策略的名称；否则为 pass-role- 加角色名称',
  'show help': '显示帮助',
  'the ACK or ACS cluster': 'ACK 或 ACS 集群',
  'the RAM role': 'RAM 角色',
  'the Kubernetes namespace; `*` and `?` are wildcards': 'Kubernetes 命名空间；`*` 和 `?` 是通配符',
  'the Kubernetes service account; `*` and `?` are wildcards': 'Kubernetes 服务账户；`*` 和 `?` 是通配符',
  'how long to wait': '等待时长',
  'where the old trust policy is kept before it changes; else ~/.local/state/ack-ram-tool/backups':
    '变更前存放旧信任策略的位置；否则为 ~/.local/state/ack-ram-tool/backups',
  'life of the session, 15m up to the limit of the role': '会话有效期，从 15m 到角色的上限',
  'name of the session, seen in audit logs; else ALIBABA_CLOUD_ROLE_SESSION_NAME, else ack-ram-tool':
    '会话名称，会出现在审计日志中；否则为 ALIBABA_CLOUD_ROLE_SESSION_NAME，再否则为 ack-ram-tool',
  'session policy that narrows the rights of the role further': '进一步收窄角色权限的会话策略',
  'answer every question with yes': '对所有确认回答“是”',
  'least level of log lines on stderr': 'stderr 上日志的最低级别',
  'same as --log-level debug': '等同于 --log-level debug',
  'region whose endpoints are called': '所调用接入点的地域',
  'take the credentials from this file: config.json of the aliyun CLI when it ends in .json, else ini':
    '从此文件获取凭证：以 .json 结尾时为阿里云 CLI 的 config.json，否则为 ini',
  'profile of that file, or of ~/.aliyun/config.json; else its current one':
    '该文件或 ~/.aliyun/config.json 中的配置名称；否则为其当前配置',
  'do not take credentials from environment variables': '不从环境变量获取凭证',
  'do not take credentials from ~/.aliyun/config.json': '不从 ~/.aliyun/config.json 获取凭证',
  'imds and ecs-role take the credentials of this ECS instance and no others':
    'imds 和 ecs-role 只使用此 ECS 实例的凭证，不使用其他凭证',
  "credentials from a pipeline's own token: github-actions, env:NAME or file:PATH":
    '使用流水线自身的 Token 获取凭证：github-actions、env:NAME 或 file:PATH',
  'OIDC provider that trusts that token': '信任该 Token 的 OIDC 身份提供商',
  'role that the token is exchanged for': '用该 Token 扮演的角色',
  'audience to ask for': '请求的受众（audience）',
  'assume this role first': '先扮演此角色',
  'refuse to go on with credentials of any other account': '凭证属于其他账号时拒绝继续',
  'keep temporary credentials between runs': '在多次运行之间保留临时凭证',
  'endpoint of {}: host[:port] over https, or a URL': '{} 的接入点：https 的 host[:port]，或 URL',
  'call the endpoints inside the VPC': '调用 VPC 内的接入点',
  'allow http endpoints beyond this machine': '允许本机以外的 http 接入点',
  'show what would change, change nothing': '显示将要发生的变更，但不做任何变更',
  'format of what is printed on stdout': 'stdout 的输出格式',
  "the cluster's OIDC provider; no credentials are needed then": '集群的 OIDC 身份提供商；指定后无需凭证',
  'the cluster whose OIDC provider is meant': '使用哪个集群的 OIDC 身份提供商',
  'reach the API server by this file': '通过此文件访问 API Server',
  'reach the API server by this context': '通过此上下文访问 API Server',
  'make of manifests what ack-pod-identity-webhook would make of their pods':
    '对清单做出与 ack-pod-identity-webhook 相同的 Pod 注入',
  'Adds the three variables, the token volume and its mounts to Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. Labels of the namespace and annotations of the service account are taken from the manifests, else from the flags, else from the cluster of your kubeconfig. What was added, and why not, is said on stderr.':
    '为 Pod、Deployment、StatefulSet、DaemonSet、ReplicaSet、Job、CronJob 及其 List 添加三个环境变量、Token 卷及其挂载，并输出清单；注释、排版和其他内容保持不变。命名空间的标签和服务账户的注解取自清单，否则取自参数，再否则取自 kubeconfig 所指的集群。添加了什么以及未添加的原因会输出到 stderr。',
  'manifests, YAML or JSON, any number of documents; - reads stdin':
    '清单，YAML 或 JSON，可包含任意数量的文档；- 表示从标准输入读取',
  'the role of every service account that is not in the manifests': '清单中没有的服务账户所使用的角色',
  'take namespaces that are not in the manifests as labelled': '将清单中没有的命名空间视为已添加标签',
  'be the admission webhook that gives pods their identity': '作为准入 Webhook 运行，为 Pod 注入身份',
  'Answers admission reviews at POST /mutate over https with what ack-pod-identity-webhook injects, for pods that are created; /healthz and /readyz tell its state. Namespaces and service accounts are read from the API server: of its own cluster in a pod, else of your kubeconfig. The certificate is read again when its files change. A pod is never refused: what goes wrong is logged, and the pod is let in unchanged. Logs JSON lines.':
    '通过 https 在 POST /mutate 上应答准入审查，对新建的 Pod 注入与 ack-pod-identity-webhook 相同的内容；/healthz 和 /readyz 反映其状态。命名空间和服务账户从 API Server 读取：在 Pod 中为所在集群，否则为 kubeconfig 所指的集群。证书文件变化时会重新读取。绝不会拒绝 Pod：出错时记录日志，并放行未修改的 Pod。日志为 JSON 行。',
  'host:port to serve at': '监听的 host:port',
  'certificate, and those between it and its CA (PEM)': '证书，以及它与 CA 之间的中间证书（PEM）',
  'private key of the certificate (PEM)': '证书的私钥（PEM）',
  'print what deploys the admission webhook': '输出用于部署准入 Webhook 的清单',
  'Prints ServiceAccount, ClusterRole, ClusterRoleBinding, Service, Deployment and MutatingWebhookConfiguration, for kubectl apply. It is called for pods of namespaces with the label pod-identity.alibabacloud.com/injection: on. The certificate is made by cert-manager, or one of your own in a Secret, or without these flags a new one that is part of what is printed, its private key included.':
    '输出供 kubectl apply 使用的 ServiceAccount、ClusterRole、ClusterRoleBinding、Service、Deployment 和 MutatingWebhookConfiguration。带有标签 pod-identity.alibabacloud.com/injection: on 的命名空间中的 Pod 会触发它。证书由 cert-manager 签发，或使用您在 Secret 中的证书；不指定这些参数时会生成新证书，并连同其私钥一起包含在输出中。',
  'image whose entry point is this tool': '以本工具为入口的镜像',
  'where the webhook runs': 'Webhook 运行所在的命名空间',
  'let cert-manager make and renew the certificate': '由 cert-manager 签发并更新证书',
  'Secret of type kubernetes.io/tls that holds the certificate; goes with --ca-file':
    '保存证书的 kubernetes.io/tls 类型的 Secret；需与 --ca-file 一起使用',
  'CA of that certificate (PEM)': '该证书的 CA（PEM）',
  'how many pods answer': '提供服务的 Pod 数量',
  'ignore lets pods in without identity while nobody answers, fail refuses them':
    '无人应答时，ignore 放行没有身份的 Pod，fail 则拒绝',
  'the ApsaraMQ for RabbitMQ instance': '云消息队列 RabbitMQ 版实例',
  "the account that owns the instance, in the instance id's place": '拥有该实例的账号，用来代替实例 ID',
  'print a user name and a password for ApsaraMQ for RabbitMQ': '输出云消息队列 RabbitMQ 版的用户名和密码',
  'Both are made of the current credentials, and are good for as long as those. They hold the security token: treat them as a secret.':
    '两者均由当前凭证生成，有效期与当前凭证相同。其中包含安全令牌：请作为机密对待。',
  'send messages through ApsaraMQ for RabbitMQ and take them back': '通过云消息队列 RabbitMQ 版发送消息并收回',
  'Connects with a user name and a password made of the current credentials, and does so again with fresh ones every --refresh, and whenever the broker drops the connection, without losing a message. Ends with a summary, and with 1 when a message was lost. It takes no messages but its own.':
    '使用由当前凭证生成的用户名和密码建立连接，并每隔 --refresh 以及在服务端断开连接时使用新凭证重新连接，不丢失消息。结束时输出汇总，有消息丢失时以 1 退出。它只收取自己发送的消息。',
  'the endpoint of the broker': '服务端的接入点',
  'its port; 5672, or 5671 with --tls, unless given': '端口；默认为 5672，使用 --tls 时为 5671',
  'the virtual host': '虚拟主机（Vhost）',
  'use this durable queue, which must be empty and is kept; else one of its own, deleted at the end':
    '使用此持久化队列，它必须为空且会保留；否则使用自己的队列，结束时删除',
  'use --queue though it holds messages, which are put back, or has consumers':
    '即使 --queue 中有消息（会放回）或有消费者也使用它',
  "send to this exchange, under the queue's name; else to the default exchange":
    '以队列名称发送到此 Exchange；否则发送到默认 Exchange',
  'connect by AMQPS': '使用 AMQPS 连接',
  'how long to send; else one message': '发送持续的时长；否则只发送一条消息',
  'from one message to the next': '两条消息之间的间隔',
  'how often to connect with fresh credentials; else after two thirds of their life':
    '多久用新凭证重新连接一次；否则在其有效期过去三分之二时',
  'the ACK cluster, or all': 'ACK 集群，或 all',
  'the id of a RAM user or role': 'RAM 用户或角色的 ID',
  'reach the API server by its address within the VPC': '通过 VPC 内网地址访问 API Server',
  'list the RBAC bindings of RAM users and roles': '列出 RAM 用户和角色的 RBAC 绑定',
  'Reads the bindings of one cluster, or of all of them at once, and marks those of users and roles that are deleted. Lists the deleted ones only, unless --all-users or --user-id is given. Exits with 1 when a cluster could not be scanned.':
    '读取一个集群或同时读取所有集群的绑定，并标出属于已删除用户和角色的绑定。除非指定 --all-users 或 --user-id，否则仅列出已删除的。有集群无法扫描时以 1 退出。',
  'also list users and roles that are not deleted': '同时列出未删除的用户和角色',
  'reach the cluster by this file, and not by a kubeconfig of 15 minutes from ACK':
    '通过此文件访问集群，而不是使用 ACK 提供的 15 分钟 kubeconfig',
  'reach the cluster by this context of your kubeconfig': '通过 kubeconfig 中的此上下文访问集群',
  'take the kubeconfig and the RBAC bindings of a RAM user or role away':
    '收回 RAM 用户或角色的 kubeconfig 和 RBAC 绑定',
  'Shows the bindings and the last activity of the user, asks once, and keeps every binding as a file that `kubectl create -f` takes before anything is deleted. The caller and the account itself are refused. Whoever was active in the last 7 days is cleaned up after only when that was confirmed at the prompt, or with --force.':
    '显示该用户的绑定和最近活动，确认一次，并在删除之前将每个绑定保存为可供 `kubectl create -f` 使用的文件。拒绝清理调用者自身和账号本身。最近 7 天内活跃的用户，只有在提示中确认或使用 --force 时才会清理。',
  'also when the user was active lately, or that is not known': '即使用户最近活跃或活跃情况未知也执行',
  'where the bindings are kept before they are deleted; else ~/.local/state/ack-ram-tool/rbac':
    '删除前存放绑定的位置；否则为 ~/.local/state/ack-ram-tool/rbac',
  'attach this system policy to the role; may be repeated': '为角色附加此系统策略；可重复指定',
  'attach this custom policy to the role; may be repeated': '为角色附加此自定义策略；可重复指定',
  'detach this system policy from the role; may be repeated': '从角色移除此系统策略；可重复指定',
  'detach this custom policy from the role; may be repeated': '从角色移除此自定义策略；可重复指定',
  'create the custom policy NAME from FILE when it is missing; may be repeated':
    '自定义策略 NAME 不存在时用 FILE 创建；可重复指定',
  'description of a role that is created': '新建角色的描述',
  'longest session of a role that is created, 1h to 12h': '新建角色的最大会话时长，1h 到 12h',
  'show whether RRSA is on for a cluster, and its OIDC provider': '显示集群是否已启用 RRSA 及其 OIDC 身份提供商',
  'turn RRSA on for a cluster and wait until it is': '为集群启用 RRSA 并等待完成',
  'Starts the change, waits for its task and then for the cluster. A change that is running already is joined. Pods that exist must be recreated afterwards.':
    '发起变更，先等待其任务，再等待集群。已在进行的变更会直接加入等待。之后必须重建已有的 Pod。',
  'turn RRSA off for a cluster and wait until it is': '为集群关闭 RRSA 并等待完成',
  'Pods of the cluster can then no longer assume roles. What the service answers, a refusal included, is said as it is.':
    '此后集群中的 Pod 无法再扮演角色。服务端的应答（包括拒绝）会原样给出。',
  'install ack-pod-identity-webhook on a cluster and wait until it runs':
    '在集群上安装 ack-pod-identity-webhook 并等待其运行',
  'let a service account assume a RAM role': '允许服务账户扮演 RAM 角色',
  'Adds the service account to the trust policy of the role and attaches policies to it. The change is shown as a diff and asked about once. A role that trusts the service account already is left alone.':
    '将服务账户加入角色的信任策略，并为角色附加权限策略。变更会以 diff 形式显示并确认一次。已信任该服务账户的角色保持不变。',
  'create the role when there is none of that name': '没有该名称的角色时创建它',
  'take the trust of a service account, and policies, away from a RAM role':
    '从 RAM 角色移除对服务账户的信任以及权限策略',
  'Takes exactly what is named: the subject out of its statement, or the statement when it names no other. A statement that trusts more than that, by a wildcard say, is not narrowed: it is said so and nothing is changed. Without -n and -s only the policies are detached. Works when RRSA is off or the cluster is gone, too.':
    '只移除所指定的内容：从语句中移除该主体；语句中没有其他主体时移除整条语句。信任范围更大的语句（例如使用通配符）不会被收窄：会给出说明，并且不做任何变更。不指定 -n 和 -s 时仅移除权限策略。RRSA 已关闭或集群已不存在时同样可用。',
  'delete the role when nobody is trusted and no policy is attached any more':
    '当角色不再信任任何人且没有附加任何权限策略时删除角色',
  'put the trust policy of a role back as a backup file has it': '将角色的信任策略恢复为备份文件中的内容',
  'Every change of a trust policy keeps the one before in a file and says where. The document becomes exactly the one of that file; the one that it replaces is kept as well. When somebody else changes it after the change was shown, nothing is written.':
    '每次变更信任策略时，都会将变更前的内容保存到文件并说明位置。恢复后的文档与该文件完全一致；被替换的文档同样会保存。如果显示变更之后有他人修改了它，则不会写入任何内容。',
  'the backup file': '备份文件',
  'take the backup of another role or account, too': '也接受其他角色或账号的备份',
  'say whether a role trusts a service account, statement by statement, and what would have it do so':
    '逐条语句说明角色是否信任服务账户，以及如何使其信任',
  'Evaluates the trust policy of a role, or of a file, for a service account or for a real token. Says of every statement whether its principal, its action and each of its conditions fit, what is wrong or broader than it need be, and the command or statement that would make it allowed. Exits with 3 when it is not. A token is decoded here and neither sent anywhere nor shown.':
    '针对服务账户或真实的 Token，评估角色或文件中的信任策略。说明每条语句的 Principal、Action 以及各个条件是否匹配，哪里有误或过于宽泛，以及使其允许的命令或语句。结果为不允许时以 3 退出。Token 仅在本地解码，不会发送到任何地方，也不会显示。',
  'the Kubernetes namespace': 'Kubernetes 命名空间',
  'the Kubernetes service account': 'Kubernetes 服务账户',
  'file that holds the token that is asked for, instead of -n and -s; - reads stdin':
    '保存待评估 Token 的文件，用来代替 -n 和 -s；- 表示从标准输入读取',
  'trust policy to evaluate, instead of that of a role': '要评估的信任策略，用来代替角色的信任策略',
  'give an addon of a cluster the RAM policy and role it needs': '为集群的组件配置其所需的权限策略和角色',
  'Creates a custom policy and a role of the cluster for the addon, attaches one to the other, and lets the service account of the addon assume the role. What is there already stays as it is. Known addons: kritis-validation-hook and ack-erdma-controller.':
    '为组件创建自定义策略和该集群专用的角色，将策略附加到角色，并允许组件的服务账户扮演该角色。已存在的内容保持不变。支持的组件：kritis-validation-hook 和 ack-erdma-controller。',
  'kritis-validation-hook or ack-erdma-controller': 'kritis-validation-hook 或 ack-erdma-controller',
  'exchange an OIDC token for credentials of a RAM role and print them': '用 OIDC Token 换取 RAM 角色的临时凭证并输出',
  'the OIDC provider of the cluster': '集群的 OIDC 身份提供商',
  'file that holds the OIDC token; - reads stdin': '保存 OIDC Token 的文件；- 表示从标准输入读取',
  'list the clusters with the credentials of this pod': '使用此 Pod 的凭证列出集群',
  'Shows that RRSA works. Goes on until it is stopped; a round that fails is reported and does not end it.':
    '用于演示 RRSA 正常工作。持续运行直到被停止；失败的轮次会被报告，但不会使其结束。',
  'region whose endpoint is called; else --region-id, else the region of this machine':
    '所调用接入点的地域；否则为 --region-id，再否则为本机所在地域',
  'loopback address and port; port 0 takes a free one': '本机回环地址和端口；端口 0 表示使用空闲端口',
  'serve https with a CA made on the spot': '使用临时生成的 CA 提供 https 服务',
  'accounts, users, roles, policies and clusters to begin with': '初始的账号、用户、角色、权限策略和集群',
  'wait this long before every answer': '每次应答前等待的时长',
  'plan a fault, such as GetRole:2=503; may be repeated': '安排一个故障，例如 GetRole:2=503；可重复指定',
  'how long a change of a cluster takes': '集群变更所需的时长',
  'shorten every session to this': '将所有会话缩短为此时长',
  'append one JSON line a request': '每个请求追加一行 JSON',
  'serve a local ACK, RAM, IMS, STS, OIDC issuer and ECS metadata until stopped':
    '提供本地的 ACK、RAM、IMS、STS、OIDC 颁发者和 ECS 元数据服务，直到被停止',
  'When it is ready it prints one JSON line with its endpoint and the environment that makes this tool and the SDKs use it.':
    '就绪后输出一行 JSON，其中包含接入点以及使本工具和各 SDK 使用它的环境变量。',
  'start a sandbox, run a command in its environment, end with its exit code':
    '启动沙箱，在其环境中运行命令，并以该命令的退出码结束',
  'print a projected service-account token of a cluster of the running sandbox':
    '输出运行中沙箱的集群的服务账户投影 Token',
  'audience of the token': 'Token 的受众（audience）',
  'life of the token, up to 12h': 'Token 的有效期，最长 12h',
  'the main job from beginning to end on a sandbox, narrated': '在沙箱中从头到尾演示主要流程，并附讲解',
  'help on a command, and lists of what commands need': '命令的帮助，以及各命令所需权限的列表',
  'list the RAM permissions that each command needs': '列出各命令所需的 RAM 权限',
  'One line for each call that a command may make: the action of a RAM policy, what it is needed on, whether it changes something, and what decides that it is called. With --emit-policy a command prints the policy for its own command line.':
    '命令可能发出的每个调用占一行：RAM 权限策略的 Action、作用的资源、是否会产生变更，以及在什么情况下调用。使用 --emit-policy 时，命令会输出其自身命令行所需的权限策略。',
  'The same as --version. With -o json it is a document, for scripts that check which version they run.':
    '与 --version 相同。使用 -o json 时输出一个文档，供需要检查版本的脚本使用。',
  'language of messages and hints': '消息和提示的语言',
  'print the least RAM policy that this command line needs, and do nothing else':
    '输出此命令行所需的最小 RAM 权限策略，不做其他任何事',
  'find out why a pod gets no credentials': '查明 Pod 为什么获取不到凭证',
  'From outside, with a cluster: looks at credentials, cluster, issuer, OIDC provider, role and its trust policy, namespace, service account and pods. In a pod whose environment names role, OIDC provider and token: looks at these and asks STS. With a token file alone: decodes it, and sends it nowhere. Names the first fault and the command that mends it; exits with 3 when there is one.':
    '在集群外并指定集群时：检查凭证、集群、颁发者、OIDC 身份提供商、角色及其信任策略、命名空间、服务账户和 Pod。在环境变量指定了角色、OIDC 身份提供商和 Token 的 Pod 中：检查这些内容并询问 STS。仅指定 Token 文件时：只解码，不发送到任何地方。给出第一个故障以及修复它的命令；存在故障时以 3 退出。',
  'the RAM role, by name or ARN; else the one that the service account names':
    'RAM 角色的名称或 ARN；否则为服务账户所指定的角色',
  'only this pod of the namespace': '仅命名空间中的此 Pod',
  'file that holds the token to look at; - reads stdin': '保存待检查 Token 的文件；- 表示从标准输入读取',
  'look into the cluster with this kubeconfig; else with that of --cluster-id':
    '使用此 kubeconfig 查看集群；否则使用 --cluster-id 所指集群的 kubeconfig',
  'context of that kubeconfig': '该 kubeconfig 的上下文',
  'look into the cluster at its address within the VPC': '通过 VPC 内网地址查看集群',
  'do what mends it, after one question, and look again': '在确认一次后执行修复，然后重新检查',
  'list the checks': '列出检查项',
  'how long all checks together may take': '所有检查项总共允许的时长',
  'say what an error of an SDK means, and what cures it': '说明 SDK 报错的含义及其解决方法',
  'Takes an error as it was pasted from an SDK, the aliyun CLI, kubectl or a log, at most 64 KiB. Of several errors it explains the one by which STS refused first. Secrets in the text are never printed. Exits with 1 when no error in it is known.':
    '接受从 SDK、阿里云 CLI、kubectl 或日志中粘贴的报错，最大 64 KiB。有多个报错时，优先说明 STS 拒绝的那一个。文本中的机密绝不会输出。没有已知的报错时以 1 退出。',
  'Exit codes:': '退出码：',
  'RAM permissions (--emit-policy prints them as a policy):': 'RAM 权限（--emit-policy 以权限策略的形式输出）：',
  none: '无',
  'on the cluster': '作用于集群',
  'on the role': '作用于角色',
  'on the policy': '作用于权限策略',
  'on the user': '作用于用户',
  'on the OIDC provider': '作用于 OIDC 身份提供商',
  'on all of the account': '作用于整个账号',
  'on what is named, or all': '作用于所指定的资源，或全部',
  '{} *': '{} *',
  'optional: without it, {}': '可选：没有该权限时，{}',
  'with --role-arn; the role then needs the others': '使用 --role-arn 时；此时由该角色拥有其他权限',
  '* The name of the API; that the action has it too is not confirmed.':
    '* 这是 API 的名称；尚未确认 Action 与其同名。',
  'No permission of their own: {}': '自身不需要权限的命令：{}',
  'With --role-arn: sts:AssumeRole on that role; the role then needs what stands above.':
    '使用 --role-arn 时：需要对该角色的 sts:AssumeRole；此时由该角色拥有上述权限。',
  '* The name is that of the API and not confirmed as the name of an action.':
    '* 这是 API 的名称，尚未确认是 Action 的名称。',
  'COMMAND --emit-policy prints the policy for one command line.':
    'COMMAND --emit-policy 输出单条命令行所需的权限策略。',
  'done, or already so': '已完成，或原本如此',
  failed: '失败',
  'a flag or value is wrong, or missing; or there is no terminal to ask at, and no --assume-yes':
    '参数或值有误或缺失；或没有可供确认的终端，且未指定 --assume-yes',
  'no usable credentials': '没有可用的凭证',
  interrupted: '被中断',
  'ended by SIGTERM': '被 SIGTERM 结束',
  'failed, or some role could not be read: the list may lack something': '失败，或有角色无法读取：列表可能不完整',
  'planned; nothing has to change, or --detailed-exitcode was not given':
    '已生成计划；无需变更，或未指定 --detailed-exitcode',
  'failed, or some role could not be planned': '失败，或有角色无法生成计划',
  'something has to change (with --detailed-exitcode)': '需要变更（指定了 --detailed-exitcode 时）',
  'failed, or some role could not be changed; the others are done': '失败，或有角色无法变更；其余角色已完成',
  'the exit code of COMMAND is passed on': '原样返回 COMMAND 的退出码',
  'COMMAND cannot be executed': 'COMMAND 无法执行',
  'COMMAND is not found': '没有找到 COMMAND',
  'COMMAND was ended by signal n': 'COMMAND 被信号 n 结束',
  'Asks STS who it takes the caller for: the account, the kind of identity, its ARN, and the name of the user or role. What decides is which credentials are found; with --role-arn it is the session of that role.':
    '询问 STS 调用者的身份：账号、身份类型、ARN，以及用户或角色的名称。结果取决于找到的是哪个凭证；使用 --role-arn 时为该角色的会话。',
  'failed (with --no-loop; otherwise a failed round is reported, and the next one follows)':
    '失败（使用 --no-loop 时；否则报告失败的轮次，并继续下一轮）',
  'the instance has no role, or there is no metadata service': '实例没有授予角色，或没有元数据服务',
  'With --cache, temporary credentials are kept in files of your cache folder until shortly before they expire; the credential plugin keeps client certificates for kubectl. This removes all of both, and nothing that another tool wrote; the next command asks anew.':
    '使用 --cache 时，临时凭证会保存在缓存文件夹的文件中，直到临近过期；凭证插件会为 kubectl 保留客户端证书。此命令会删除这两者的全部文件，不会触及其他工具写入的文件；下一条命令会重新获取。',
  'failed: it cannot listen, the certificate cannot be read, or there is no API server to ask':
    '失败：无法监听、无法读取证书，或没有可以查询的 API Server',
  'ended by SIGTERM, after the reviews that were under way': '在处理完进行中的审查之后，被 SIGTERM 结束',
  'every message came back': '所有消息均已收回',
  'failed, or a message was lost': '失败，或有消息丢失',
  'failed, or some cluster could not be scanned: the list may lack something': '失败，或有集群无法扫描：列表可能不完整',
  'failed, or some cluster was not cleaned up': '失败，或有集群未清理',
  'Prints the state of RRSA and, while it is on, the name and ARN of the OIDC provider of the cluster and the issuer of its tokens. A cluster that can never have RRSA is answered for as well, with a warning.':
    '输出 RRSA 的状态；已启用时还输出集群的 OIDC 身份提供商的名称和 ARN，以及 Token 颁发者。对于不可能支持 RRSA 的集群同样给出结果，并附带警告。',
  'failed, or the cluster cannot have RRSA': '失败，或集群不支持 RRSA',
  'timed out while waiting; the change goes on, and the same command joins it':
    '等待超时；变更仍在继续，重新运行同一命令可加入等待',
  'The addon gives pods what they need to assume a role: token, variables and the ARN of the OIDC provider. Starts the installation and waits until the addon is active; an installation that is running already is joined.':
    '该组件为 Pod 注入扮演角色所需的内容：Token、环境变量以及 OIDC 身份提供商的 ARN。开始安装并等待组件生效；已在进行的安装会直接加入等待。',
  'failed, or the addon did not come to work': '失败，或组件没有正常工作',
  'failed: RRSA is off, there is no such role or policy, or others kept overwriting the trust policy':
    '失败：RRSA 未启用、没有该角色或权限策略，或信任策略不断被他人覆盖',
  'failed, or the service account is trusted by a broader statement, which is not narrowed':
    '失败，或服务账户被范围更大的语句所信任，而该语句不会被收窄',
  'Asks STS as a pod would, without any credentials but the token, and prints AccessKeyId, AccessKeySecret, SecurityToken and Expiration. Whoever reads them has the rights of the role until then.':
    '像 Pod 那样仅凭 Token 请求 STS，并输出 AccessKeyId、AccessKeySecret、SecurityToken 和 Expiration。在过期之前，任何读到它们的人都拥有该角色的权限。',
  'STS refused the token': 'STS 拒绝了该 Token',
  'no error in the text is known, or it cannot be read': '文本中没有已知的错误，或无法读取文本',
  'The command gets the endpoints and the keys of the administrator in its environment, in the place of all credentials that were there. The sandbox ends with it, and nothing of it is kept.':
    '命令会在其环境变量中得到接入点和管理员密钥，并取代原有的所有凭证。沙箱随命令一起结束，不保留任何内容。',
  'the sandbox could not be started': '无法启动沙箱',
  'The token is what a pod of that service account would find in its file: signed by the issuer of the cluster, with the audience of STS. STS takes it once RRSA is on for the cluster. Which sandbox is asked, ACK_RAM_TOOL_SANDBOX_URL says, which `sandbox run` and the line of `sandbox start` have set.':
    '该 Token 与使用该服务账户的 Pod 在文件中得到的相同：由集群的颁发者签名，受众为 STS。集群启用 RRSA 之后，STS 即接受它。ACK_RAM_TOOL_SANDBOX_URL 指定使用哪个沙箱，它由 `sandbox run` 以及 `sandbox start` 输出的行设置。',
  'Starts a sandbox, turns RRSA on for a cluster, associates a role, mints a token and exchanges it for credentials, and runs a program with them, each command shown before its output. Nothing outside of this machine is called.':
    '启动沙箱，为集群启用 RRSA，关联角色，签发 Token 并换取凭证，再使用凭证运行程序；每条命令都显示在其输出之前。不会调用本机以外的任何服务。',
  'some step did not end as it should': '有步骤没有按预期结束',
  'with {}': '使用 {} 时',
  'unless {}': '除非使用 {}',
  'without {}': '不使用 {} 时',
  'with --attach-system-policy, --attach-custom-policy or --policy-document':
    '使用 --attach-system-policy、--attach-custom-policy 或 --policy-document 时',
  'with --detach-system-policy, --detach-custom-policy or --delete-role-if-unused':
    '使用 --detach-system-policy、--detach-custom-policy 或 --delete-role-if-unused 时',
  'with --detach-system-policy or --detach-custom-policy': '使用 --detach-system-policy 或 --detach-custom-policy 时',
  'unless --kubeconfig or --context': '除非使用 --kubeconfig 或 --context',
  'with `helperAddon: true` in the file': '文件中有 `helperAddon: true` 时',
  'for roles with policies in the file': '针对文件中带有权限策略的角色',
  'for the policies in the file': '针对文件中的权限策略',
  'for roles with `create: true` in the file': '针对文件中带有 `create: true` 的角色',
  'for policyDocuments in the file': '针对文件中的 policyDocuments',
  'the cluster is named by its id only, and not known to be running': '只能以 ID 称呼集群，且不知道其是否处于运行中',
  'it is not known whether the user was active lately': '不知道该用户最近是否有活动',
  'the cluster is watched instead of the task': '改为观察集群，而不是任务',
  'when the change fails': '变更失败时',
  'the log of the cluster is not quoted': '不会引用集群日志',
  'a change that is running already may not be joined': '可能无法加入已在进行的变更',
  'the file says nothing of the addon': '文件中不会包含组件的信息',
  'No service is called but the one that issues the credentials.': '除了签发凭证的服务，不调用任何服务。',
  'The API server allows by its own rules; see webhook manifests.':
    'API Server 按自身的规则授权；请参见 webhook manifests。',
  'GetCallerIdentity is called, which needs no permission.': '会调用 GetCallerIdentity，它不需要权限。',
  'The metadata service of the instance needs no permission.': '实例的元数据服务不需要权限。',
  'GetCallerIdentity is called, which needs no permission. Bindings are read with the rights of the kubeconfig.':
    '会调用 GetCallerIdentity，它不需要权限。绑定以 kubeconfig 的权限读取。',
  'What the broker allows its users is not checked here.': '服务端允许其用户做什么不在此检查。',
  'STS is asked without credentials; the token alone decides.': '不使用凭证请求 STS；仅由 Token 决定。',
  'The API server of the kubeconfig, where it is asked, allows by its own rules.':
    '需要查询 kubeconfig 所指的 API Server 时，由其按自身的规则授权。',
  'Looks for what keeps a pod from its credentials, and names the first fault and the command that mends it. With --cluster-id from outside: credentials, cluster, issuer, OIDC provider, role and its trust policy, namespace, service account and pods. Within a pod, where the environment names them: role, OIDC provider, token, and what STS says to them. With --oidc-token-file alone: what the token says of itself; it is sent nowhere without --assume, and never shown. --fix labels, annotates, associates and installs the addon after one question, and looks again.':
    '查找 Pod 获取不到凭证的原因，并给出第一个故障以及修复它的命令。指定 --cluster-id 时从集群外检查：凭证、集群、颁发者、OIDC 身份提供商、角色及其信任策略、命名空间、服务账户和 Pod。在环境变量已指定相关内容的 Pod 中：检查角色、OIDC 身份提供商、Token 以及 STS 的应答。仅指定 --oidc-token-file 时：检查 Token 自身的内容；不指定 --assume 时不会发送到任何地方，也绝不会显示。--fix 在确认一次后添加标签和注解、关联角色并安装组件，然后重新检查。',
  'no fault found; warnings do not count': '没有发现故障；警告不计入',
  'a fault found': '发现故障',
  'with --cluster-id all': '使用 --cluster-id all 时',
  'unless --cluster-id all': '除非使用 --cluster-id all',
  'with -o yaml': '使用 -o yaml 时',
  'namespace, service account and pods are not looked at': '不检查命名空间、服务账户和 Pod',
  'the OIDC provider is not looked at': '不检查 OIDC 身份提供商',
  'the addon is watched instead of the task': '改为观察组件，而不是任务',
  'GetCallerIdentity is called, which needs no permission. What is in the cluster is read and changed with the rights of the kubeconfig.':
    '会调用 GetCallerIdentity，它不需要权限。集群中的内容以 kubeconfig 的权限读取和修改。',
  'ask STS with that token, as --oidc-role-arn': '以 --oidc-role-arn 的身份用该 Token 请求 STS',
  'declined, or interrupted': '在提示处拒绝，或被中断',
  done: '已完成',
  printed: '已输出',
  'a flag or value is wrong, or missing': '参数或值有误或缺失',
};
