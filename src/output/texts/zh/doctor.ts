import type { Catalogue } from '../../translate.ts';

/** What the checks of `rrsa doctor` look at, find and advise. */
export const doctor: Catalogue = {
  'not looked at: {} comes first': '未检查：须先通过 {}',
  'no answer within {}': '{} 内没有应答',
  'looking at the whole chain': '正在检查整条链路',
  'checks: {} of {} done, waiting for {}': '检查项：已完成 {}/{}，正在等待 {}',
  'look at the network and its proxies, or give it longer with --timeout':
    '请检查网络及其代理，或用 --timeout 给予更长的时间',
  'no fault found': '没有发现故障',
  'no fault found ({} of {} checks skipped)': '没有发现故障（{2} 项检查中有 {1} 项被跳过）',
  '1 fault found': '发现 1 个故障',
  '{} faults found': '发现 {} 个故障',
  '{}, the first is {}': '{}，第一个是 {}',
  'nothing of this can be mended from here; follow the cures': '这些都无法从此处修复；请按照解决方法处理',
  'mend what was found': '修复发现的故障',
  'Do this?': '是否执行？',
  'Do these {} things?': '是否执行这 {} 项操作？',
  'could not {}: {}': '无法{}：{}',
  'credentials are configured, and STS knows whose they are': '已配置凭证，且 STS 能识别其身份',
  'the credentials are of {}, from {}': '凭证属于 {}，来自{}',
  'the cluster exists in this account and region': '集群存在于此账号和地域中',
  'cluster {} is {} in {}': '集群 {} 为 {}，位于 {}',
  'the cluster is running': '集群处于运行中',
  'cluster {} is running': '集群 {} 处于运行中',
  'wait until it is running, then look again': '请等待其变为运行中，然后重新检查',
  'see what the ACK console says of the cluster': '请在 ACK 控制台查看集群的状态',
  'the cluster runs Kubernetes 1.22 or later': '集群的 Kubernetes 版本为 1.22 或更高',
  'upgrade the cluster in the ACK console': '请在 ACK 控制台升级集群',
  'cluster {} does not say which version it runs': '集群 {} 没有给出版本',
  'cluster {} runs Kubernetes {}': '集群 {} 的 Kubernetes 版本为 {}',
  'the cluster is of a type that RRSA supports': '集群的类型支持 RRSA',
  'use a managed cluster; a dedicated one can be migrated to a managed one in the ACK console':
    '请使用托管集群；专有版集群可以在 ACK 控制台迁移为托管集群',
  "cluster {} is of type '{}', which this tool does not know": "集群 {} 的类型为 '{}'，本工具不认识该类型",
  'cluster {} is of type {}': '集群 {} 的类型为 {}',
  'RRSA is on for the cluster': '集群已启用 RRSA',
  'cluster {} says that RRSA is on, but not with which issuer and OIDC provider':
    '集群 {} 已启用 RRSA，但没有给出颁发者和 OIDC 身份提供商',
  'RRSA is on, and tokens are of {}': '已启用 RRSA，Token 的颁发者为 {}',
  '{} is installed and active': '{} 已安装并生效',
  '{} {} is active': '{} {} 已生效',
  "{} is being changed, its state is '{}'": "{} 正在变更，其状态为 '{}'",
  '{} is not installed on cluster {}': '集群 {2} 上没有安装 {1}',
  "{} is installed on cluster {} and not at work, its state is '{}'":
    "{1} 已安装在集群 {2} 上，但没有正常工作，其状态为 '{3}'",
  'the discovery document of the issuer can be read, and is of that issuer': '颁发者的发现文档可以读取，且属于该颁发者',
  'the issuer {} {}': '颁发者 {} {}',
  'the discovery document of {} {}': '{} 的发现文档{}',
  'the discovery document of {} names no issuer': '{} 的发现文档中没有颁发者',
  'the discovery document of {} is of issuer {}': '{} 的发现文档属于颁发者 {}',
  'the discovery document of {} can be read': '{} 的发现文档可以读取',
  'the public keys of the issuer can be read': '颁发者的公钥可以读取',
  'the discovery document of {} names no keys (jwks_uri)': '{} 的发现文档中没有公钥地址（jwks_uri）',
  'the address of keys {} {}': '公钥地址 {} {}',
  'the document of keys at {} {}': '{} 处的公钥文档{}',
  'the document of keys at {} holds no keys': '{} 处的公钥文档中没有公钥',
  'the public keys of {} can be read': '{} 的公钥可以读取',
  'is no https URL': '不是 https URL',
  'holds a user or a password': '含有用户名或密码',
  'is http, and STS reads https only': '是 http，而 STS 只读取 https',
  'is known within the cluster only': '只能在集群内解析',
  'is answered with a redirect (HTTP {})': '返回了重定向（HTTP {}）',
  'is answered with HTTP {}': '返回了 HTTP {}',
  'is no JSON object': '不是 JSON 对象',
  'cannot be read from here: {}': '无法从此处读取：{}',
  'if its address is reachable in its VPC only, run this there with --private-address, or pass --kubeconfig FILE':
    '如果其地址只能在 VPC 内访问，请在该 VPC 中使用 --private-address 运行此命令，或传入 --kubeconfig FILE',
  'pass --kubeconfig FILE, and --context NAME, with credentials that the cluster takes':
    '请传入带有集群认可凭证的 --kubeconfig FILE 和 --context NAME',
  'the API server of the cluster answers': '集群的 API Server 有应答',
  'namespace {} is a pattern, and only one by name can be looked into':
    '命名空间 {} 是通配模式，只能查看具体名称的命名空间',
  'the namespace exists': '命名空间存在',
  'check --namespace, or run: {} create namespace {}': '请检查 --namespace，或运行：{} create namespace {}',
  'there is no namespace {} in the cluster': '集群中没有命名空间 {}',
  'the namespace is labelled {}=on': '命名空间带有标签 {}=on',
  'label {} is "on"': '标签 {} 为 "on"',
  'namespace {} has no label {}': '命名空间 {} 没有标签 {}',
  'label {} of namespace {} is {}, not "on"': '命名空间 {2} 的标签 {1} 为 {3}，而不是 "on"',
  'run: {}': '请运行：{}',
  'label namespace {}': '为命名空间 {} 添加标签',
  'the API server calls a webhook that injects': 'API Server 会调用用于注入的 Webhook',
  'mutating webhook configurations may not be read': '没有权限读取 MutatingWebhookConfiguration',
  'mutating webhook configuration {}': 'MutatingWebhookConfiguration {}',
  'no mutating webhook configuration is known to inject into the pods of labelled namespaces':
    '没有已知的 MutatingWebhookConfiguration 会对带标签命名空间中的 Pod 进行注入',
  'run: ack-ram-tool rrsa install-helper-addon -c {}': '请运行：ack-ram-tool rrsa install-helper-addon -c {}',
  'there is a pod to look at': '有可以检查的 Pod',
  'it is looked at': '已检查',
  'no pod runs as service account {}/{}': '没有 Pod 使用服务账户 {}/{} 运行',
  'pod {}/{}': 'Pod {}/{}',
  'there is no pod {} in namespace {}': '命名空间 {2} 中没有 Pod {1}',
  'look for its name with: {}': '请用以下命令查找其名称：{}',
  'the pod runs as the service account': 'Pod 使用该服务账户运行',
  'it runs as service account {}': '它使用服务账户 {} 运行',
  'set spec.serviceAccountName to {} in its manifest, then run: {}':
    '请在其清单中将 spec.serviceAccountName 设为 {}，然后运行：{}',
  'pod {}/{} runs as service account {}, not as {}': 'Pod {}/{} 使用服务账户 {} 运行，而不是 {}',
  'the OIDC provider of the cluster is not known': '不知道集群的 OIDC 身份提供商',
  'nothing is injected into its pods as things are': '按目前的情况，不会对其 Pod 注入任何内容',
  'the annotations of the pod are valid and leave no container out': 'Pod 的注解有效，且没有排除任何容器',
  'every container is to get its identity': '所有容器都会获得身份',
  'container {} is left out': '容器 {} 被排除',
  'annotations of {}: {}': '{}的注解：{}',
  'if that is not meant, change the annotations in the manifest of the pod, and create it anew':
    '如果这不是您的本意，请修改 Pod 清单中的注解并重新创建',
  'the pod is what injection would make of it now': 'Pod 与现在注入的结果一致',
  'its containers have everything that injection adds': '其容器具备注入添加的所有内容',
  'containers of pod {}/{} lack what injection adds, as it was created before the injection was set up or while its webhook did not answer: {}':
    'Pod {}/{} 的容器缺少注入添加的内容，因为它创建于配置注入之前，或创建时 Webhook 没有应答：{}',
  'recreate it, run: {}': '请重建它，运行：{}',
  '{} and {} more': '{} 以及另外 {} 个',
  'run: {} ; if it is the same afterwards, take {} out of the manifest':
    '请运行：{} ；如果之后仍然如此，请从清单中移除 {}',
  'the pod has the ARN of the role': 'Pod 中有角色的 ARN',
  'its role is the one that the service account is annotated with': '其角色即服务账户注解所指定的角色',
  'container {} of pod {}/{}': 'Pod {2}/{3} 的容器 {1}',
  'ALIBABA_CLOUD_ROLE_ARN in {} is no ARN of a role: {}': '{} 中的 ALIBABA_CLOUD_ROLE_ARN 不是角色的 ARN：{}',
  'ALIBABA_CLOUD_ROLE_ARN in {} is of role {}, not of role {}':
    '{} 中的 ALIBABA_CLOUD_ROLE_ARN 属于角色 {}，而不是角色 {}',
  'ALIBABA_CLOUD_ROLE_ARN in {} is of a role in account {}, and the cluster is in account {}':
    '{} 中的 ALIBABA_CLOUD_ROLE_ARN 所指的角色属于账号 {}，而集群属于账号 {}',
  "the pod has the ARN of the cluster's OIDC provider": 'Pod 中有集群的 OIDC 身份提供商的 ARN',
  'its OIDC provider is the one of the cluster': '其 OIDC 身份提供商即集群的 OIDC 身份提供商',
  'ALIBABA_CLOUD_OIDC_PROVIDER_ARN in {} is no ARN of an OIDC provider: {}':
    '{} 中的 ALIBABA_CLOUD_OIDC_PROVIDER_ARN 不是 OIDC 身份提供商的 ARN：{}',
  'ALIBABA_CLOUD_OIDC_PROVIDER_ARN in {} is of another cluster: {}, not {}':
    '{} 中的 ALIBABA_CLOUD_OIDC_PROVIDER_ARN 属于另一个集群：{}，而不是 {}',
  'ALIBABA_CLOUD_OIDC_PROVIDER_ARN in {} is of account {}, and the cluster is in account {}':
    '{} 中的 ALIBABA_CLOUD_OIDC_PROVIDER_ARN 属于账号 {}，而集群属于账号 {}',
  'the pod has the projected volume of the token': 'Pod 中有 Token 的投影卷',
  'pod {}/{} has no volume rrsa-oidc-token with a projected service-account token':
    'Pod {}/{} 没有带服务账户投影 Token 的卷 rrsa-oidc-token',
  'recreate it, run: {} ; if it is the same afterwards, take that volume out of the manifest':
    '请重建它，运行：{} ；如果之后仍然如此，请从清单中移除该卷',
  'it has the volume with the token': '它有带 Token 的卷',
  'containers of pod {}/{} have something else mounted where the token belongs: {}':
    'Pod {}/{} 的容器在 Token 应在的位置挂载了其他内容：{}',
  'take that volume mount out of the manifest of the pod, and create it anew':
    '请从 Pod 的清单中移除该卷挂载并重新创建',
  'the pod looks for the token where it is mounted': 'Pod 在 Token 的挂载位置查找 Token',
  'it looks for the token where injection mounts it': '它在注入所挂载的位置查找 Token',
  'ALIBABA_CLOUD_OIDC_TOKEN_FILE in container {} of pod {}/{} is {}, and injection mounts the token at {}':
    'Pod {2}/{3} 的容器 {1} 中 ALIBABA_CLOUD_OIDC_TOKEN_FILE 为 {4}，而注入将 Token 挂载在 {5}',
  'the token of the pod is for {}': 'Pod 的 Token 的受众为 {}',
  'its token is for {}': '其 Token 的受众为 {}',
  'the token of {} is for the API server, not for {}': '{} 的 Token 的受众为 API Server，而不是 {}',
  'the token of {} is for {}, not for {}': '{} 的 Token 的受众为 {}，而不是 {}',
  'the token of the pod lives for at most 12 h': 'Pod 的 Token 有效期不超过 12 小时',
  'the token of pod {}/{} lives for {} s, and STS refuses tokens that were issued more than {} s ago':
    'Pod {}/{} 的 Token 有效期为 {} 秒，而 STS 拒绝签发超过 {} 秒的 Token',
  'its token lives for at most 12 h': '其 Token 有效期不超过 12 小时',
  'the token of pod {}/{} lives for {} s, and by the annotations it would be {} s now':
    'Pod {}/{} 的 Token 有效期为 {} 秒，而按照注解现在应为 {} 秒',
  'the OIDC provider of the cluster exists in RAM': 'RAM 中存在集群的 OIDC 身份提供商',
  'there is an OIDC provider {}': '存在 OIDC 身份提供商 {}',
  'there is no OIDC provider {}, though RRSA is on for cluster {}': '集群 {2} 已启用 RRSA，但没有 OIDC 身份提供商 {1}',
  'there is no OIDC provider {} yet: the cluster is {}, and a new one may take some seconds to be seen':
    '尚没有 OIDC 身份提供商 {}：集群的状态为 {}，新的身份提供商可能需要几秒才能查询到',
  'the OIDC provider is of the issuer of new tokens': 'OIDC 身份提供商属于新 Token 的颁发者',
  'OIDC provider {} is of {}': 'OIDC 身份提供商 {} 的颁发者为 {}',
  'OIDC provider {} is of issuer {}, and tokens are of {}: they differ in the last "/"':
    'OIDC 身份提供商 {} 的颁发者为 {}，而 Token 的颁发者为 {}：两者仅末尾的 "/" 不同',
  'OIDC provider {} is of {}, an earlier issuer of the cluster, and new tokens are of {}':
    'OIDC 身份提供商 {} 的颁发者为 {}，是集群以前的颁发者，而新 Token 的颁发者为 {}',
  'OIDC provider {} is of issuer {}, and tokens are of {}': 'OIDC 身份提供商 {} 的颁发者为 {}，而 Token 的颁发者为 {}',
  'the OIDC provider takes tokens for {}': 'OIDC 身份提供商接受受众为 {} 的 Token',
  'OIDC provider {} has the client id {}': 'OIDC 身份提供商 {} 有客户端 ID {}',
  'OIDC provider {} lacks the client id {}, so that STS refuses every token':
    'OIDC 身份提供商 {} 缺少客户端 ID {}，因此 STS 会拒绝所有 Token',
  'these credentials may not read OIDC provider {}: whether it fits is not known':
    '当前凭证没有权限读取 OIDC 身份提供商 {}：不知道其是否符合要求',
  'let them call ram:GetOIDCProvider': '请允许它们调用 ram:GetOIDCProvider',
  'the role is in the account of the OIDC provider': '角色与 OIDC 身份提供商属于同一账号',
  'role {} is of account {}': '角色 {} 属于账号 {}',
  'role {} is of account {}, and the OIDC provider of the cluster is of {}: it trusts roles of its own account only':
    '角色 {} 属于账号 {}，而集群的 OIDC 身份提供商属于账号 {}：身份提供商只能被同一账号的角色信任',
  'let the service account assume a role of account {}, and let that one assume role {} (sts:AssumeRole)':
    '请允许服务账户扮演账号 {} 的角色，再允许该角色扮演角色 {}（sts:AssumeRole）',
  'the role exists': '角色存在',
  'pass --role-name': '请传入 --role-name',
  'there is a role {}': '存在角色 {}',
  'there is no role {} in this account': '此账号中没有角色 {}',
  'policies are attached to the role': '角色附加有权限策略',
  'role {} has {}': '角色 {} 附加有 {}',
  'no policy is attached to role {}: whoever assumes it may do nothing':
    '角色 {} 没有附加权限策略：扮演它的主体没有任何权限',
  'the trust policy of the role allows the service account': '角色的信任策略允许该服务账户',
  'pass --namespace and --service-account': '请传入 --namespace 和 --service-account',
  'role {} trusts service account {}/{}': '角色 {} 信任服务账户 {}/{}',
  'role {} does not trust service account {}/{}: {}': '角色 {} 不信任服务账户 {}/{}：{}',
  'Statement[{}] denies it': 'Statement[{}] 拒绝了它',
  'Statement[{}] wants {} {} {}, and the token has {}': 'Statement[{}] 要求 {} {} {}，而 Token 中为 {}',
  'Statement[{}] cannot be read: {}': 'Statement[{}] 无法解析：{}',
  'Statement[{}] allows another action than sts:AssumeRole': 'Statement[{}] 允许的 Action 不是 sts:AssumeRole',
  'the service account exists': '服务账户存在',
  'service account {} is a pattern, and only one by name can be looked into':
    '服务账户 {} 是通配模式，只能查看具体名称的服务账户',
  'there is no service account {} in namespace {}': '命名空间 {2} 中没有服务账户 {1}',
  'check --service-account, or run: {}': '请检查 --service-account，或运行：{}',
  'annotation {} of the service account names the role': '服务账户的注解 {} 指定了该角色',
  'it is annotated with role {}': '注解指定的角色为 {}',
  'annotation {} of the service account is valid': '服务账户的注解 {} 有效',
  'its tokens live for {} s, the default': '其 Token 的有效期为默认的 {} 秒',
  'its tokens live for {} s': '其 Token 的有效期为 {} 秒',
  'annotation {} of {} is {}, not "{}" to "{}", so that its tokens live for {} s':
    '{2}的注解 {1} 为 {3}，不在 "{4}" 到 "{5}" 之间，因此其 Token 的有效期为 {6} 秒',
  '{} has no annotation {}': '{} 没有注解 {}',
  'annotation {} of {} is an ARN, and has to be the name of the role: {}':
    '{2} 的注解 {1} 是 ARN，而它必须是角色的名称：{3}',
  'annotation {} of {} is no role name: {}': '{2} 的注解 {1} 不是角色名称：{3}',
  '{} is annotated with role {}, not with {}': '{} 的注解指定的角色为 {}，而不是 {}',
  'for role {} run: {} ; or for role {} run: ack-ram-tool rrsa associate-role {}':
    '如需角色 {}，请运行：{} ；如需角色 {}，请运行：ack-ram-tool rrsa associate-role {}',
  'annotate service account {}/{} with role {}': '用角色 {3} 为服务账户 {1}/{2} 添加注解',
  'it says who issued it, to whom, for whom and until when': 'Token 给出了颁发者、主体、受众和过期时间',
  'issued by {} to {} for {} until {}': '由 {} 签发给 {}，受众为 {}，有效期至 {}',
  'the token is for {}': 'Token 的受众为 {}',
  'set audience: {} in the serviceAccountToken of the projected volume, and recreate the pod':
    '请在投影卷的 serviceAccountToken 中设置 audience: {}，并重建 Pod',
  'its issuer is that of the cluster, with RRSA on': '其颁发者即启用 RRSA 的集群的颁发者',
  'the token is of issuer {}, which STS cannot ask for keys: RRSA of the cluster was off when it was issued':
    'Token 的颁发者为 {}，STS 无法向其获取公钥：签发时集群没有启用 RRSA',
  'the token is of issuer {}': 'Token 的颁发者为 {}',
  "recreate the pod, so that it gets a token of cluster {}; a token of another cluster needs that cluster's OIDC provider":
    '请重建 Pod，使其获得集群 {} 的 Token；其他集群的 Token 需要该集群的 OIDC 身份提供商',
  'the OIDC provider is that of the cluster that issued it': 'OIDC 身份提供商属于签发该 Token 的集群',
  'both are of cluster {}': '两者均属于集群 {}',
  'by its issuer the token is of cluster {}, and {} is the OIDC provider of cluster {}':
    '由颁发者可知 Token 属于集群 {}，而 {} 是集群 {} 的 OIDC 身份提供商',
  'set {} to acs:ram::{}:oidc-provider/ack-rrsa-{}': '请将 {} 设为 acs:ram::{}:oidc-provider/ack-rrsa-{}',
  'it is of the service account that is asked about': 'Token 属于所询问的服务账户',
  'give the file of a service account token that is projected into a pod': '请指定投影到 Pod 中的服务账户 Token 的文件',
  'the token is of {}': 'Token 的主体为 {}',
  'the token is of {}, and not of {}': 'Token 的主体为 {}，而不是 {}',
  'set spec.serviceAccountName of the pod in that namespace and recreate it, or ask with -n {} -s {}':
    '请设置该命名空间中 Pod 的 spec.serviceAccountName 并重建它，或使用 -n {} -s {} 询问',
  'its file is replaced before it expires': 'Token 文件在过期之前会被替换',
  'mount the projected volume as a folder, without subPath, and read the token there each time instead of keeping a copy; then recreate the pod':
    '请将投影卷挂载为文件夹，不要使用 subPath，并且每次都从中读取 Token 而不是保留副本；然后重建 Pod',
  'the token expired at {}, and nobody has replaced its file since {}':
    'Token 已于 {} 过期，且其文件自 {} 以来没有被替换',
  'the token expires at {}, and the kubelet should have replaced it by now':
    'Token 将于 {} 过期，kubelet 此时应该已经替换它',
  'its file was last written at {}': '其文件最后写入于 {}',
  'it is valid now': 'Token 目前有效',
  'the token is issued at {}, which is still to come: is the clock right?':
    'Token 的签发时间为 {}，尚未到来：时钟是否正确？',
  'the token is valid for another {}': 'Token 在 {} 内仍然有效',
  'it is not older than the 12 hours that the OIDC provider takes': 'Token 没有超过 OIDC 身份提供商接受的 12 小时',
  'the token does not say when it was issued (iat), which STS reads': 'Token 没有 STS 需要读取的签发时间（iat）',
  'the token was issued at {}, and the OIDC provider takes none that is older than 12h':
    'Token 签发于 {}，而 OIDC 身份提供商不接受超过 12 小时的 Token',
  'the token lives {}, and the OIDC provider takes none that is older than 12h':
    'Token 的有效期为 {}，而 OIDC 身份提供商不接受超过 12 小时的 Token',
  'the token lives {}': 'Token 的有效期为 {}',
  'take a new one: kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience {}':
    '请获取新的 Token：kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience {}',
  'let {} name the file that the kubelet keeps fresh, and recreate the pod if it does not':
    '请让 {} 指向由 kubelet 持续更新的文件；如果没有更新，请重建 Pod',
  'the token file can be read': 'Token 文件可以读取',
  '{} can be read': '{} 可以读取',
  'it holds a JSON web token that is signed with a key of the issuer': '其中是用颁发者的密钥签名的 JSON Web Token',
  'it is a JSON web token, signed with RS256': '它是用 RS256 签名的 JSON Web Token',
  'the token is signed with {}, and STS takes RS256, which ACK signs with':
    'Token 使用 {} 签名，而 STS 接受的是 ACK 所用的 RS256',
  'the token is signed with no algorithm, and STS takes RS256, which ACK signs with':
    'Token 没有使用签名算法，而 STS 接受的是 ACK 所用的 RS256',
  'let {} name the file of a projected service account token with audience {}':
    '请让 {} 指向受众为 {} 的服务账户投影 Token 的文件',
  'it is not the default token of the service account, which is for the API server':
    '它不是用于 API Server 的服务账户默认 Token',
  'it is not the default token': '它不是默认 Token',
  'this is the default token of the service account, for the API server and not for STS: {}':
    '这是服务账户的默认 Token，用于 API Server 而不是 STS：{}',
  'let {} be /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token, which ack-pod-identity-webhook mounts into a pod that is recreated, or mount a projected volume with a serviceAccountToken of audience {}':
    '请将 {} 设为 /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token（ack-pod-identity-webhook 会将其挂载到重建的 Pod 中），或挂载一个 serviceAccountToken 受众为 {} 的投影卷',
  'its audience is {}': '其受众为 {}',
  'its issuer is {}': '其颁发者为 {}',
  'it is in /var/run/secrets/kubernetes.io/serviceaccount/': '它位于 /var/run/secrets/kubernetes.io/serviceaccount/ 中',
  'recreate the pod, so that the volume of {} is mounted; if it is there under another path, set {} to that':
    '请重建 Pod，使 {} 的卷得以挂载；如果它位于其他路径，请将 {} 设为该路径',
  'set {} to /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token, which ack-pod-identity-webhook mounts':
    '请将 {} 设为 ack-pod-identity-webhook 所挂载的 /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token',
  'let the container read {}: set securityContext.fsGroup of the pod to a group of its user, then recreate it':
    '请让容器能够读取 {}：将 Pod 的 securityContext.fsGroup 设为其用户所属的组，然后重建',
  'take a token with `kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience {}`, and give its file as {}':
    '请用 `kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience {}` 获取 Token，并将其文件作为 {} 传入',
  'delete the pod, so that its owner recreates it and ack-pod-identity-webhook fills it in; `ack-ram-tool rrsa doctor -c CLUSTER_ID -n NAMESPACE -s SERVICE_ACCOUNT` says from outside what keeps it from doing so':
    '请删除 Pod，使其所有者重建它并由 ack-pod-identity-webhook 注入；`ack-ram-tool rrsa doctor -c CLUSTER_ID -n NAMESPACE -s SERVICE_ACCOUNT` 可从集群外查明阻碍注入的原因',
  'the three variables of RRSA are in the environment of this pod': '此 Pod 的环境变量中有 RRSA 的三个变量',
  '{} are set': '已设置 {}',
  'of RRSA {} is set, and {} is not': 'RRSA 的变量中已设置 {}，但没有设置 {}',
  'this pod was not injected: {} are not set': '此 Pod 没有被注入：没有设置 {}',
  'install ack-pod-identity-webhook, label the namespace pod-identity.alibabacloud.com/injection=on, annotate the service account pod-identity.alibabacloud.com/role-name=ROLE, and recreate the pod; `ack-ram-tool rrsa doctor -c CLUSTER_ID -n NAMESPACE -s SERVICE_ACCOUNT` says which of them is missing':
    '请安装 ack-pod-identity-webhook，为命名空间添加标签 pod-identity.alibabacloud.com/injection=on，为服务账户添加注解 pod-identity.alibabacloud.com/role-name=ROLE，并重建 Pod；`ack-ram-tool rrsa doctor -c CLUSTER_ID -n NAMESPACE -s SERVICE_ACCOUNT` 可查明缺少其中哪一项',
  'no AccessKey in the environment is taken before the token': '环境变量中没有会先于 Token 被使用的 AccessKey',
  'there is no AccessKey in the environment': '环境变量中没有 AccessKey',
  '{} is set, and SDKs take an AccessKey before the OIDC token': '已设置 {}，而 SDK 会先于 OIDC Token 使用 AccessKey',
  'take {} out of the environment of the pod': '请从 Pod 的环境变量中移除 {}',
  'the role ARN is well-formed': '角色 ARN 格式正确',
  'the role is {}': '角色为 {}',
  '{} is {}, which is not of the form acs:ram::<account id>:role/<role name>':
    '{} 为 {}，不符合 acs:ram::<account id>:role/<role name> 的形式',
  'set {} to the ARN that the RAM console shows for the role': '请将 {} 设为 RAM 控制台显示的角色 ARN',
  'the OIDC provider ARN is well-formed': 'OIDC 身份提供商 ARN 格式正确',
  'the OIDC provider is {}': 'OIDC 身份提供商为 {}',
  '{} is {}, which is not of the form acs:ram::<account id>:oidc-provider/<name>':
    '{} 为 {}，不符合 acs:ram::<account id>:oidc-provider/<name> 的形式',
  'set {} to the provider ARN that `ack-ram-tool rrsa status -c CLUSTER_ID` prints':
    '请将 {} 设为 `ack-ram-tool rrsa status -c CLUSTER_ID` 输出的 OIDC 身份提供商 ARN',
  'the OIDC provider is that of the cluster': 'OIDC 身份提供商属于该集群',
  'it is that of cluster {}': '它属于集群 {}',
  '{} is {}, and the OIDC provider of cluster {} is {}': '{} 为 {}，而集群 {} 的 OIDC 身份提供商为 {}',
  'set {} to {}': '请将 {} 设为 {}',
  'role and OIDC provider are of one account': '角色和 OIDC 身份提供商属于同一账号',
  'role and OIDC provider are of account {}': '角色和 OIDC 身份提供商属于账号 {}',
  '{} is of account {}, and {} of account {}: a provider is trusted by roles of its own account only':
    '{} 属于账号 {}，而 {} 属于账号 {}：身份提供商只能被同一账号的角色信任',
  'correct the account in {} or {}; to reach account {} from a cluster of {}, assume a role of {} first and that role with it (sts:AssumeRole)':
    '请更正 {1} 或 {2} 中的账号；如需从账号 {4} 的集群访问账号 {3}，请先扮演账号 {5} 的角色，再用它扮演该角色（sts:AssumeRole）',
  'the clock of this machine is right: it is compared with the Date that STS answers with':
    '本机的时钟正确：与 STS 应答中的 Date 比较',
  'the clock is {} off that of STS': '时钟与 STS 的时钟相差 {}',
  'the clock of this machine is {} ahead of that of STS': '本机的时钟比 STS 快 {}',
  'the clock of this machine is {} behind that of STS': '本机的时钟比 STS 慢 {}',
  'a proxy lets requests through to STS': '代理放行到 STS 的请求',
  '{} is in the way: {}': '{} 造成了阻碍：{}',
  'correct {}, or add {} to NO_PROXY where STS can be reached without it':
    '请更正 {}；如果不经代理也能访问 STS，请将 {} 加入 NO_PROXY',
  '{} lets requests through': '{} 放行请求',
  'the STS endpoint answers': 'STS 接入点有应答',
  'correct or unset it': '请更正或取消设置',
  '{} answers with a web page, which STS never does': '{} 返回了网页，而 STS 绝不会这样',
  'see what answers in place of STS: a proxy, a login page of the network, or a wrong endpoint':
    '请查明代替 STS 应答的是什么：代理、网络的登录页面，或错误的接入点',
  '{} answers with HTTP {}': '{} 返回了 HTTP {}',
  'try again later': '请稍后重试',
  '{} answers': '{} 有应答',
  'STS issues credentials of the role for the token': 'STS 凭该 Token 签发角色的凭证',
  'the role or the OIDC provider to ask STS with is not known': '不知道用哪个角色或 OIDC 身份提供商请求 STS',
  'STS issued credentials of {} until {}, which were thrown away': 'STS 签发了 {} 的凭证，有效期至 {}，已将其丢弃',
  'the VPC endpoint {} cannot be reached from here: {}': '无法从此处访问 VPC 接入点 {}：{}',
  'call the public endpoint: set ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=false, or pass --use-vpc-endpoint=false; if this is the VPC, check the region that {} names':
    '请调用公网接入点：设置 ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=false，或传入 --use-vpc-endpoint=false；如果本机就在该 VPC 中，请检查 {} 所指定的地域',
  'there is no host {} ({}), which {} leads to': '{3} 所指的主机 {1} 不存在（{2}）',
  'set {} to a region that has an STS endpoint, such as cn-hangzhou, or unset it; if the name is right, check the DNS of the pod':
    '请将 {} 设为有 STS 接入点的地域（例如 cn-hangzhou），或取消设置；如果名称无误，请检查 Pod 的 DNS',
  'let this machine reach {} (NetworkPolicy, security group, NAT gateway of the VPC), or use the endpoint within the VPC: ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true':
    '请让本机能够访问 {}（NetworkPolicy、安全组、VPC 的 NAT 网关），或使用 VPC 内的接入点：ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true',
  'STS refused {} with {}': 'STS 拒绝了 {}，错误码为 {}',
  'STS refused {} with {}: {}': 'STS 拒绝了 {}，错误码为 {}：{}',
  'look the request up at https://api.aliyun.com/troubleshoot?q={}':
    '请在 https://api.aliyun.com/troubleshoot?q={} 查询该请求',
  'try again, and look at the network and its proxies if it stays so': '请重试；如果仍然如此，请检查网络及其代理',
  'run: {} label namespace {} {}=on': '请运行：{} label namespace {} {}=on',
  'run: {} label namespace {} {}=on --overwrite': '请运行：{} label namespace {} {}=on --overwrite',
  'the endpoint': '接入点',
  'the default endpoint': '默认接入点',
  '{} or …': '{} 或…',
  'no algorithm': '无算法',
  'it is for {}': 'Token 的受众为 {}',
  credentials: '凭证',
  cluster: '集群',
  issuer: '颁发者',
  provider: '身份提供商',
  role: '角色',
  trust: '信任策略',
  namespace: '命名空间',
  pod: 'Pod',
  token: 'Token',
  'there is no API server behind {}, as in a sandbox (pass --kubeconfig FILE)':
    '与沙箱中一样，{} 处没有 API Server（请传入 --kubeconfig FILE）',
};
