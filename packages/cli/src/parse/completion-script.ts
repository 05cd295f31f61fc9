/** The shells that `de-build completion` writes a script for. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that asks `de-build --get-yargs-completions` for completions, so that it is never outdated. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_de_build_completions() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == = ]] && current=
  COMPREPLY=($(compgen -W "$(SHELL=bash de-build --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)" -- "$current"))
}
complete -o default -F _de_build_completions de-build
`,
  zsh: `#compdef de-build
_de_build_completions() {
  local replies
  replies=("\${(@f)$(SHELL=zsh de-build --get-yargs-completions "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  _describe 'values' replies || _default
}
compdef _de_build_completions de-build
`,
  fish: `function __de_build_completions
  SHELL=fish de-build --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c de-build -f -a '(__de_build_completions)'
`,
};
