import type { Catalogue } from '../../translate.ts';

export const policy: Catalogue = {
  'unknown operator': '未知的运算符',
  'value is neither a string nor a list of strings': '值既不是字符串也不是字符串列表',
  'the request does not have this key': '请求中没有这个键',
  'a value cannot be read as what the operator compares': '有值无法按运算符所比较的类型解析',
  '{} is not a policy document: {}': '{} 不是策略文档：{}',
  'it is longer than 1 MiB': '它超过 1 MiB',
  'it is empty': '它是空的',
  '{} (line {}, column {})': '{}（第 {} 行，第 {} 列）',
  'it is not a JSON object': '它不是 JSON 对象',
  'it has no Statement': '它没有 Statement',
  'Statement {} is not an object': 'Statement {} 不是对象',
  'Statement is neither an object nor a list': 'Statement 既不是对象也不是列表',
  'Effect is neither Allow nor Deny': 'Effect 既不是 Allow 也不是 Deny',
  '{} has no place in this kind of policy': '{} 不能出现在这类策略中',
  'Principal is not an object': 'Principal 不是对象',
  'a kind of Principal is neither a string nor a list of strings': '某一类 Principal 既不是字符串也不是字符串列表',
  'it must have either {} or {}': '它必须包含 {} 或 {} 之一',
  '{} is neither a string nor a list of strings': '{} 既不是字符串也不是字符串列表',
  'Condition is not an object of operators, each an object of keys':
    'Condition 不是由运算符组成、且每个运算符为键值对象的对象',
  'a value of Condition is neither a string nor a list of strings': 'Condition 中有值既不是字符串也不是字符串列表',
  'expected {}, found the end of the text': '应为{}，但文本已结束',
  'expected {}, found {}': '应为{}，实际为 {}',
  'a string does not end': '有字符串没有结束',
  'a string holds a control character that is not escaped': '有字符串含有未转义的控制字符',
  'a string holds an unknown escape': '有字符串含有未知的转义',
  'a key in double quotes': '双引号中的键',
  'the key {} is there twice': '键 {} 出现了两次',
  'it is nested deeper than {} levels': '嵌套超过 {} 层',
  'the end of the text': '文本结尾',
  'a value': '一个值',
  'there is no Version': '没有 Version',
  'Version is {}': 'Version 为 {}',
  '{}, and RAM knows only "1"': '{}，而 RAM 只支持 "1"',
  'Statement[{}] {}': 'Statement[{}] {}',
  'has NotPrincipal, which a trust policy cannot have, so it allows nobody':
    '含有信任策略不支持的 NotPrincipal，因此不会允许任何人',
  'has NotPrincipal, which a trust policy cannot have, so it is taken to deny whatever else it matches':
    '含有信任策略不支持的 NotPrincipal，因此视为拒绝其匹配的其他一切',
  'cannot be read ({}), so it allows nobody': '无法解析（{}），因此不会允许任何人',
  'cannot be read ({}), so it is taken to deny whatever else it matches':
    '无法解析（{}），因此视为拒绝其匹配的其他一切',
  'compares {} by {}, which RAM does not know, so it allows nobody': '用 RAM 不支持的 {2} 比较 {1}，因此不会允许任何人',
  'compares {} by {}, which RAM does not know, so it is taken to deny whatever else it matches':
    '用 RAM 不支持的 {2} 比较 {1}，因此视为拒绝其匹配的其他一切',
  'asks for {}; a token has {} and nothing else': '要求 {}；而 Token 只有 {}',
  'trusts the {} principal "*", which RAM does not document': '信任 {} 类型的主体 "*"，RAM 文档中没有这种用法',
  'trusts {}: every identity of that account that may call sts:AssumeRole':
    '信任 {}：该账号中所有可以调用 sts:AssumeRole 的身份',
  'allows {}, and tokens need "sts:AssumeRole"': '允许 {}，而 Token 需要 "sts:AssumeRole"',
  'has {} under {}, where a wildcard is no wildcard and never matches':
    '在 {2} 下使用 {1}，通配符在其中不起作用，永远不会匹配',
  'does not ask for {}, so it trusts tokens of any issuer that its provider takes':
    '没有要求 {}，因此信任其身份提供商接受的任何颁发者的 Token',
  'does not ask for {}, so it trusts tokens of any audience that its provider takes':
    '没有要求 {}，因此信任其身份提供商接受的任何受众的 Token',
  'compares {} by {}, and RAM asks for StringEquals': '用 {2} 比较 {1}，而 RAM 要求使用 StringEquals',
  'asks for {} {}, and tokens have {} (they differ in the last "/")':
    '要求 {} 为 {}，而 Token 中为 {}（两者仅末尾的 "/" 不同）',
  'asks for {} {}, and tokens have {}': '要求 {} 为 {}，而 Token 中为 {}',
  'does not ask for oidc:sub, so it trusts every service account of the cluster':
    '没有要求 oidc:sub，因此信任集群的所有服务账户',
  'says by {} only which service accounts it does not trust': '用 {} 只说明了不信任哪些服务账户',
  'has {} for oidc:sub, which is every service account of the cluster': 'oidc:sub 为 {}，即集群的所有服务账户',
  'has {} for oidc:sub, which may be more service accounts than there are today':
    'oidc:sub 为 {}，可能包含目前尚不存在的服务账户',
  'Statement[{}] denies what Statement[{}] allows {}': 'Statement[{}] 拒绝了 Statement[{}] 对 {} 的允许',
  'Statement[{}] says the same as Statement[{}]': 'Statement[{}] 与 Statement[{}] 含义相同',
  '{} differ only in their subjects and could be one': '{} 仅主体不同，可以合并为一条',
  'role name': '角色名称',
  'policy name': '策略名称',
  'role name {} is not {}': '角色名称 {} 不是{}',
  'policy name {} is not {}': '策略名称 {} 不是{}',
  'cluster id {} is not {}': '集群 ID {} 不是{}',
  '{} {} is not {}': '{} {} 不是{}',
  'a RAM role name (1 to 64 letters, digits, "." and "-")': '有效的 RAM 角色名称（1 到 64 个字母、数字、“.”和“-”）',
  'a RAM policy name (1 to 128 letters, digits and "-")': '有效的 RAM 权限策略名称（1 到 128 个字母、数字和“-”）',
  'a cluster id (1 to 64 letters, digits and "-")': '有效的集群 ID（1 到 64 个字母、数字和“-”）',
  'a session name (2 to 64 letters, digits, ".", "@", "_" and "-")':
    '有效的会话名称（2 到 64 个字母、数字、“.”、“@”、“_”和“-”）',
  'namespace {} is not a Kubernetes namespace (1 to 63 lower-case letters, digits and "-", starting and ending with a letter or digit)':
    '{} 不是有效的 Kubernetes 命名空间（1 到 63 个小写字母、数字和“-”，以字母或数字开头和结尾）',
  'service account {} is not a Kubernetes service account (1 to 253 lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit)':
    '{} 不是有效的 Kubernetes 服务账户（1 到 253 个小写字母、数字、“-”和“.”，每一段以字母或数字开头和结尾）',
  'wildcards cannot be used here, name one': '此处不能使用通配符，请指定一个具体名称',
};
