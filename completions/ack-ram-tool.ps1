# PowerShell completion for ack-ram-tool, made by `ack-ram-tool completion powershell`.
#
# For this shell:    ack-ram-tool completion powershell | Out-String | Invoke-Expression
# For every shell:   the same line in the file that $PROFILE names

Register-ArgumentCompleter -Native -CommandName 'ack-ram-tool', 'ack-ram-tool.exe', 'ack-ram-tool.cmd', 'ack-ram-tool.ps1' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $tool = $commandAst.CommandElements[0].Extent.Text
    if (-not (Get-Command -Name $tool -CommandType Application, ExternalScript -ErrorAction SilentlyContinue)) {
        $tool = 'ack-ram-tool'
    }
    # The dot keeps words that are empty.
    $words = @()
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $words += '.' + $element.Value
        } else {
            $words += '.' + $element.Extent.Text
        }
    }
    $words += '.' + ($wordToComplete -replace '^[''"]', '')

    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $answer = @(& $tool __complete powershell @words 2>$null)
    } catch {
        return
    } finally {
        [Console]::OutputEncoding = $encoding
    }
    # Without candidates PowerShell completes paths, unless it is given an empty one.
    if ($answer.Count -eq 0 -or $answer[0] -ne ':words') { return }
    if ($answer.Count -eq 1) { return '' }
    foreach ($line in ($answer | Select-Object -Skip 1)) {
        $text, $value, $description = $line -split "`t", 3
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $description)
    }
}
