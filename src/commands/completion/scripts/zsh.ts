/** `_describe` filters and quotes what the tool answers. */
export const zshScript = (options: string): string => `#compdef ack-ram-tool
# zsh completion for ack-ram-tool, made by \`ack-ram-tool completion zsh\`.
#
# For this shell:    source <(ack-ram-tool completion zsh)
# For every shell:   the same line in ~/.zshrc behind compinit, or this file as _ack-ram-tool in a folder of $fpath

_ack-ram-tool() {
  local tool=\${\${(Q)words[1]}/#\\~\\//$HOME/} directive
  local -a answer
  whence -p -- "$tool" >/dev/null || tool=ack-ram-tool
  answer=("\${(@f)$("$tool" __complete${options} zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  directive=$answer[1]
  shift answer
  case $directive in
    (:words)
      (( $#answer )) && _describe -V -t values value answer
      ;;
    (:files*|:folders*)
      local -i skip=\${directive##* }
      IPREFIX+=\${PREFIX[1,skip]}
      PREFIX=\${PREFIX[skip+1,-1]}
      if [[ $directive == :files* ]]; then _files; else _files -/; fi
      ;;
    (:child*)
      local -i first=$(( \${directive##* } + 2 ))
      words=("\${(@)words[first,-1]}")
      (( CURRENT -= first - 1 ))
      _normal
      ;;
  esac
}

# As a file of $fpath this is the body of the function; sourced, it only says what the function is for.
if [[ $funcstack[1] == _ack-ram-tool ]]; then
  _ack-ram-tool "$@"
elif (( $+functions[compdef] )); then
  compdef _ack-ram-tool ack-ram-tool
fi
`;
