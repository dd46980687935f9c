//! The scripts that shells load. They know no option and no command: they hand over words, and show what comes back.
//!
//! What comes back is a line `MODE<TAB>PREFIX`, then a line `WORD<TAB>HELP` for each word that fits. MODE is `words`, or `open`
//! where no blank follows a word, or `files` where the shell itself completes a path behind PREFIX.

/// The shells that there is a script for.
pub(crate) const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

/// The script for a shell.
pub(crate) fn script(shell: &str) -> Option<&'static str> {
    match shell {
        "bash" => Some(BASH),
        "zsh" => Some(ZSH),
        "fish" => Some(FISH),
        "powershell" => Some(POWERSHELL),
        _ => None,
    }
}

const BASH: &str = r#"# bash completion for http, https and httpie, written by: httpie completions bash

_httpie() {
    local -a words
    local count=0 index piece trimmed rest=${COMP_LINE:0:COMP_POINT}
    # bash cuts words at '=', ':' and '@'; what has no blank before it belongs to the word before.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        piece=${COMP_WORDS[index]}
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        if ((index == 0)) || [[ $trimmed != "$rest" ]]; then
            words[count++]=''
        fi
        [[ $trimmed == "$piece"* ]] || piece=$trimmed
        words[count - 1]+=$piece
        rest=${trimmed#"$piece"}
    done

    local tab=$'\t' mode='' prefix='' line current=${words[count - 1]}
    COMPREPLY=()
    {
        IFS=$tab read -r mode prefix
        while IFS= read -r line; do
            COMPREPLY+=("${line%%"$tab"*}")
        done
    } < <(command httpie __complete "$((count - 1))" "${words[@]}" 2>/dev/null)

    case $mode in
        files)
            [[ -n $prefix ]] || compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                # Behind a prefix, readline does not see that it is a file: it would quote the '@' and know no folder.
                if [[ -n $prefix ]]; then
                    local end=''
                    if [[ -d ${line/#\~/$HOME} ]]; then
                        end=/
                        compopt -o nospace 2>/dev/null
                    fi
                    [[ $line != *[![:alnum:]_./~+-]* ]] || printf -v line %q "$line"
                    line=$prefix$line$end
                fi
                COMPREPLY+=("$line")
            done < <(compgen -f -- "${current#"$prefix"}")
            ;;
        open) compopt -o nospace 2>/dev/null ;;
    esac

    # readline puts a reply in the place of what stands behind the last cut; an '@' it takes to be part of that.
    local cuts=${COMP_WORDBREAKS//[^=:@]/}
    if [[ -n $cuts && $current == *[$cuts]* ]]; then
        local kept=${current%"${current##*[$cuts]}"}
        COMPREPLY=("${COMPREPLY[@]#"${kept%@}"}")
    fi
}

complete -F _httpie http https httpie
"#;

const ZSH: &str = r#"#compdef http https httpie
# zsh completion for http, https and httpie, written by: httpie completions zsh

_httpie() {
    local tab=$'\t' line text help mode prefix
    local -a lines found
    lines=("${(@f)$(command httpie __complete $((CURRENT - 1)) "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    mode=${lines[1]%%$tab*}
    prefix=${lines[1]#*$tab}
    if [[ $mode == files ]]; then
        [[ -z $prefix ]] || compset -P "${(b)prefix}"
        _files
        return
    fi
    for line in "${(@)lines[2,-1]}"; do
        text=${line%%$tab*}
        help=${line#*$tab}
        found+=("${text//:/\\:}${help:+:$help}")
    done
    (( $#found )) || return 1
    if [[ $mode == open ]]; then
        _describe -V completion found -U -S ''
    else
        _describe -V completion found -U
    fi
}

# As a file in $fpath this is the body of a function that completes; otherwise it is being sourced.
if [[ ${funcstack[1]-} == _http* ]]; then
    _httpie "$@"
else
    compdef _httpie http https httpie
fi
"#;

const FISH: &str = r#"# fish completion for http, https and httpie, written by: httpie completions fish

function __httpie_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command httpie __complete (count $before) $before $current 2>/dev/null)
    set -l head (string split -m 1 \t -- "$lines[1]")
    set -e lines[1]
    if test "$head[1]" = files
        set -l start (math (string length -- "$head[2]") + 1)
        for file in (__fish_complete_path (string sub -s $start -- "$current"))
            printf '%s%s\n' "$head[2]" $file
        end
        return
    end
    printf '%s\n' $lines
end

for program in http https httpie
    complete -c $program -f -a '(__httpie_complete)'
end
"#;

const POWERSHELL: &str = r#"# PowerShell completion for http, https and httpie, written by: httpie completions powershell

Register-ArgumentCompleter -Native -CommandName http, https, httpie -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $index = if ($wordToComplete) { $words.Count - 1 } else { $words.Count }
    $lines = @(& httpie __complete $index @words 2>$null)
    if ($lines.Count -eq 0) { return }
    $mode, $prefix = $lines[0] -split "`t", 2
    if ($mode -eq 'files') {
        $path = $wordToComplete.Substring([Math]::Min($prefix.Length, $wordToComplete.Length))
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($path) | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new(
                $prefix + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
        }
        return
    }
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $text, $help = $_ -split "`t", 2
        if (-not $help) { $help = $text }
        [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
    }
}
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::completions::DOOR;

    #[test]
    fn every_shell_has_a_script_that_asks_this_program() {
        for shell in SHELLS {
            let script = script(shell).unwrap();
            assert!(script.contains(&format!("httpie {DOOR} ")), "{shell}");
        }
        assert_eq!(script("csh"), None);
    }
}
