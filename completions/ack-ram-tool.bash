# bash completion for ack-ram-tool, made by `ack-ram-tool completion bash`.
#
# For this shell:    source <(ack-ram-tool completion bash)
# For every shell:   the same line in ~/.bashrc, or this file as
#                    ~/.local/share/bash-completion/completions/ack-ram-tool
# It needs bash 3.2, and the package bash-completion only to complete the commands that the tool runs.

_ack_ram_tool_paths() {
  # Bash completes paths best by itself; outside of a completion, and before bash 4, it has to be asked for them.
  compopt -o "$1" 2>/dev/null && return
  local path
  while IFS= read -r path; do
    COMPREPLY+=("$path")
  done < <(compgen "$2" -- "$3")
}

_ack_ram_tool_child() {
  local end=$1 rest=$COMP_LINE first=0
  while ((first < COMP_CWORD && ${#COMP_LINE} - ${#rest} < end)); do
    rest=${rest#"${rest%%[![:space:]]*}"}
    rest=${rest#"${COMP_WORDS[first]}"}
    ((first += 1))
  done
  if declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$first"
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$first"
  elif ((first < COMP_CWORD)); then
    _ack_ram_tool_paths default -f "$2"
  else
    local name
    while IFS= read -r name; do
      COMPREPLY+=("$name")
    done < <(compgen -c -- "$2")
    compopt -o filenames 2>/dev/null
  fi
}

_ack_ram_tool() {
  local tool=${1:-ack-ram-tool} word=${2-${COMP_WORDS[COMP_CWORD]}} line=${COMP_LINE:0:${COMP_POINT:-0}} columns=0
  local directive='' answer IFS=$' \t\n'
  tool=${tool/#\~\//$HOME/}
  type -P "$tool" >/dev/null || tool=ack-ram-tool
  [[ -n $line ]] || line="${COMP_WORDS[*]:0:COMP_CWORD+1}"
  # Descriptions only where candidates are listed and not written into the line.
  case ${COMP_TYPE-} in
    33 | 63 | 64) columns=${COLUMNS:-80} ;;
  esac
  COMPREPLY=()
  {
    IFS= read -r directive
    case $directive in
      :words)
        while IFS= read -r answer; do
          COMPREPLY+=("$answer")
        done
        ;;
    esac
  } < <("$tool" __complete bash "$columns" "$COMP_WORDBREAKS" "$line" 2>/dev/null </dev/null)
  case $directive in
    :words) compopt -o nosort 2>/dev/null ;;
    :files*) _ack_ram_tool_paths default -f "$word" ;;
    :folders*) _ack_ram_tool_paths dirnames -d "$word" ;;
    :child*) _ack_ram_tool_child "${directive#:child }" "$word" ;;
  esac
  return 0
}

complete -F _ack_ram_tool ack-ram-tool
