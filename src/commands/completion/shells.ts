/** The completion scripts. They hold all they know: no program is started while somebody types. */
import type { Place, Suggestion } from "./tree.ts";

export type Shell = "bash" | "zsh" | "fish";

export function completionScript(shell: Shell, places: readonly Place[]): string {
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      return zsh(places);
    case "fish":
      return fish(places);
  }
}

const paths = (places: readonly Place[]): string[] =>
  places.map(({ path }) => path).filter((path) => path !== "");

/** Finds the command that the words so far name; `words` and `here` are the shell's names for them. */
function walk(places: readonly Place[]): string {
  const known = paths(places).map((path) => `" ${path}"`);
  return known.join("|");
}

const words = (suggestions: readonly Suggestion[]): string => suggestions.map(({ word }) => word).join(" ");

function bash(places: readonly Place[]): string {
  const cases = places.map(
    (place) =>
      `    "${place.path === "" ? "" : ` ${place.path}`}") words="${words(place.words)}"; options="${words(place.options)}" ;;`,
  );
  return `# Completion of freellm for bash. Made by: freellm completion bash
_freellm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" here="" words="" options="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$here \${COMP_WORDS[index]}" in
      ${walk(places)}) here="$here \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$here" in
${cases.join("\n")}
  esac
  if [[ "$current" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _freellm freellm
`;
}

function zsh(places: readonly Place[]): string {
  const list = (suggestions: readonly Suggestion[]): string =>
    suggestions.map(({ word, says }) => quoted(`${word.replaceAll(":", "\\:")}:${says}`)).join(" ");
  const cases = places.map(
    ({ path, words, options }) =>
      `    ${quoted(path === "" ? "" : ` ${path}`)}) words_here=(${list(words)}); options_here=(${list(options)}) ;;`,
  );
  return `#compdef freellm
# Completion of freellm for zsh. Made by: freellm completion zsh
_freellm() {
  local here="" index
  local -a words_here options_here
  for ((index = 2; index < CURRENT; index++)); do
    case "$here \${words[index]}" in
      ${walk(places)}) here="$here \${words[index]}" ;;
    esac
  done
  case "$here" in
${cases.join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option options_here
  elif (( \${#words_here} )); then
    _describe command words_here || _files
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _freellm ]]; then _freellm "$@"; else compdef _freellm freellm; fi
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, options }) => {
    const at = `-n ${quoted(`__freellm_at "${path === "" ? "" : ` ${path}`}"`)}`;
    return [
      ...words.map(({ word, says }) => `complete -c freellm ${at} -f -a ${quoted(word)}${told(says)}`),
      ...options.map(({ word, says }) => `complete -c freellm ${at} -l ${word.slice(2)}${told(says)}`),
    ];
  });
  const known = paths(places).map((path) => quoted(` ${path}`));
  return `# Completion of freellm for fish. Made by: freellm completion fish
function __freellm_at
    set -l here ""
    for word in (commandline -opc)[2..-1]
        if contains -- "$here $word" ${known.join(" ")}
            set here "$here $word"
        end
    end
    test "$here" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function told(says: string): string {
  return says === "" ? "" : ` -d ${quoted(says)}`;
}

/** In single quotes, so that the shell takes every letter as it is; a quote inside becomes an apostrophe. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "\u2019")}'`;
}
