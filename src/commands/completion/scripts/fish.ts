/** fish filters and quotes what the tool answers. */
export const fishScript = (
  options: string,
): string => `# fish completion for ack-ram-tool, made by \`ack-ram-tool completion fish\`.
#
# For this shell:    ack-ram-tool completion fish | source
# For every shell:   this file as ~/.config/fish/completions/ack-ram-tool.fish

function __ack_ram_tool_complete
    set -l words (commandline -opc)
    set -l raw (commandline -ct)
    set -l tool (string replace -r '^~/' "$HOME/" -- $words[1])
    command -q -- $tool; or set tool ack-ram-tool
    # A quote may still be open at the cursor.
    set -l word (string unescape -- "$raw"; or string trim --left --chars '\\'"' -- "$raw")
    set -l answer ($tool __complete${options} fish -- $words[2..] "$word" 2>/dev/null </dev/null)
    set -l directive (string split ' ' -- $answer[1])
    switch "$directive[1]"
        case :words
            set -e answer[1]
            test (count $answer) -gt 0; and printf '%s\\n' $answer
        case :files :folders
            set -l prefix (string sub --length $directive[2] -- "$word")
            set -l path (string sub --start (math $directive[2] + 1) -- "$word")
            set -l ask __fish_complete_path
            test $directive[1] = :folders; and set ask __fish_complete_directories
            for found in ($ask "$path" '')
                printf '%s\\n' "$prefix$found"
            end
        case :child
            # What follows is a command line of its own.
            set -l first (math $directive[2] + 2)
            set -l line
            test $first -le (count $words); and set line (string escape -- $words[$first..])
            complete -C (string join ' ' -- $line "$raw")
    end
end

complete -c ack-ram-tool -e
complete -c ack-ram-tool -k -f -a '(__ack_ram_tool_complete)'
`;
