export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

// Each hands the words up to the cursor back to `sleepless completion`, which answers with a line for
// each candidate, `<value><tab><description>`, or with `:file` where the shell knows better.

const BASH = `_sleepless() {
  local cur words line
  words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ':file' ]; then
      compopt -o filenames 2> /dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
      return
    fi
    line="\${line%%$'\\t'*}"
    [[ "$line" == "$cur"* ]] && COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" completion bash -- "\${words[@]}" 2> /dev/null)
}
complete -F _sleepless sleepless sle
`

const ZSH = `#compdef sleepless sle
_sleepless() {
  local line value
  local -a candidates
  while IFS= read -r line; do
    if [[ "$line" == ':file' ]]; then
      _files
      return
    fi
    value="\${line%%$'\\t'*}"
    candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" completion zsh -- "\${(@)words[2,CURRENT]}" 2> /dev/null)
  (( \${#candidates} )) && _describe sleepless candidates
}
if [ "\${funcstack[1]}" = '_sleepless' ]; then
  _sleepless "$@"
else
  compdef _sleepless sleepless sle
fi
`

const FISH = `function __sleepless_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines ($words[1] completion fish -- $words[2..-1] 2> /dev/null)
  if test "$lines" = ':file'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines
  end
end
complete -c sleepless -f -a '(__sleepless_complete)'
complete -c sle -f -a '(__sleepless_complete)'
`

/** What a shell has to be told, once. */
export const scripts: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
