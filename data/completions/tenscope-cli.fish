# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of tenscope-cli for fish. It knows no command and no option itself: it asks the program.

function __tenscope_cli_values
    set -l words (commandline -opc)
    $words[1] _complete $words[2] $argv[1] $words[3..-1] 2>/dev/null
end

function __tenscope_cli_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test $words[2] = $argv[1]
end

function __tenscope_cli_has_no_command
    test (count (commandline -opc)) -eq 1
end

complete -c tenscope-cli -n __tenscope_cli_has_no_command -f
complete -c tenscope-cli -n __tenscope_cli_has_no_command -l help -d 'Show help'
complete -c tenscope-cli -n __tenscope_cli_has_no_command -l version -d 'Show versions'
for line in (tenscope-cli _complete 2>/dev/null)
    set -l command (string split -m 1 \t -- $line)
    complete -c tenscope-cli -n __tenscope_cli_has_no_command -a $command[1] -d $command[2]
    for option in (tenscope-cli _complete $command[1] 2>/dev/null)
        # long name, short name, what it takes, what it does
        set -l fields (string split \t -- $option)
        set -l takes -l (string sub -s 3 -- $fields[1]) -d $fields[4]
        test -n "$fields[2]"; and set -a takes -s (string sub -s 2 -- $fields[2])
        switch "$fields[3]"
            case values keys
                set -a takes -x -a "(__tenscope_cli_values $fields[1])"
            case files
                set -a takes -r
            case text
                set -a takes -x
        end
        complete -c tenscope-cli -n "__tenscope_cli_is $command[1]" $takes
    end
end
