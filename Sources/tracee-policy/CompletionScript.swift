// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The completion scripts of shells, in which words without a command are those of `apply`, as they are for the program.
enum CompletionScript {
  /// Returns the script that the arguments of the program ask for; nil if they do not ask for one.
  static func asked(by arguments: ArraySlice<String>) -> String? {
    guard arguments.count == 2, arguments.first == "--generate-completion-script",
      let shell = arguments.last.flatMap(CompletionShell.init(rawValue:))
    else { return nil }
    return text(for: shell)
  }

  /// Returns the script for a shell.
  static func text(for shell: CompletionShell) -> String {
    let script = TraceePolicy.completionScript(for: shell)
    switch shell {
    case .bash: return script + bash
    case .zsh: return script.replacing("_tracee-policy() {\n", with: "_tracee-policy() {\n" + zsh)
    case .fish:
      return script.replacing(
        "set -l unparsed_tokens (__tracee-policy_tokens -pc)\n",
        with: "set -l unparsed_tokens (__tracee-policy_tokens -pc)\n" + fish("unparsed_tokens")
      ).replacing(
        "    command $tokens[1] $argv $tokens\n",
        with: fish("tokens") + "    command $tokens[1] $argv $tokens\n")
    default: return script
    }
  }

  private static var commands: [String] {
    TraceePolicy.configuration.subcommands.compactMap { $0._commandName } + ["help"]
  }

  /// The function that bash calls: it inserts the command, and leaves the rest to the generated one.
  private static var bash: String {
    """

    # Without a command, the words are those of apply.
    _tracee-policy_or_apply() {
        case "${COMP_WORDS[1]}" in
        \(commands.joined(separator: "|"))) ;;
        *)
            if [[ "${COMP_WORDS[1]}" == -* || "${COMP_CWORD}" -gt 1 ]]; then
                COMP_LINE="${COMP_WORDS[0]} apply${COMP_LINE#"${COMP_WORDS[0]}"}"
                COMP_POINT=$((COMP_POINT + 6))
                COMP_WORDS=("${COMP_WORDS[0]}" apply "${COMP_WORDS[@]:1}")
                COMP_CWORD=$((COMP_CWORD + 1))
            fi
            ;;
        esac
        _tracee-policy "${@}"
    }

    complete -o filenames -F _tracee-policy_or_apply tracee-policy

    """
  }

  /// What the function of zsh begins with.
  private static var zsh: String {
    """
        # Without a command, the words are those of apply.
        if [[ "${words[2]}" != (\(commands.joined(separator: "|"))) ]] &&
            [[ "${words[2]}" == -* || "${CURRENT}" -gt 2 ]]; then
            words=("${words[1]}" apply "${words[@]:1}")
            CURRENT=$((CURRENT + 1))
        fi

    """
  }

  /// What inserts the command into a list of words of fish.
  private static func fish(_ list: String) -> String {
    """
        # Without a command, the words are those of apply.
        if begin; test (count $\(list)) -gt 1; or string match -q -- '-*' (commandline -t); end
            and not contains -- "$\(list)[2]" \(commands.joined(separator: " "))
            set \(list) $\(list)[1] apply $\(list)[2..]
        end

    """
  }
}
