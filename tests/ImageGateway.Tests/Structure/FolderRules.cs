using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ImageGateway.Tests.Structure;

/// <summary>Which folder of the service may use which others. A new folder is declared here.</summary>
internal static partial class FolderRules
{
    /// <summary>May use everything: they put the others together.</summary>
    private static readonly FrozenSet<string> Top = ["Api", "Admin", "Commands", "Hosting"];

    private static readonly FrozenDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["Images"] = [],
        ["Configuration"] = [],
        ["Database"] = ["Configuration"],
        ["Redis"] = [],
        ["Catalog"] = ["Images", "Configuration"],
        ["Providers"] = ["Images", "Catalog", "Configuration"],
        ["Streaming"] = ["Images"],
        ["Routing"] = ["Images", "Caching", "Catalog", "Configuration", "Providers", "Streaming", "Telemetry"],
        ["Tenants"] = ["Images", "Caching", "Configuration", "Database", "Quotas"],
        ["Quotas"] = ["Images", "Configuration", "Redis"],
        ["Caching"] = ["Images", "Catalog", "Configuration", "Redis", "Streaming"],
        ["Ledger"] = ["Images", "Catalog", "Configuration", "Database"],
        ["Dashboard"] = [],
        ["Alerts"] = ["Images", "Database", "Quotas"],
        ["Telemetry"] = ["Images"],
    }.ToFrozenDictionary();

    /// <summary>What is wrong with a source file; empty when nothing is.</summary>
    /// <param name="path">Its path within the service's folder, with slashes; a file at the top may use everything.</param>
    /// <param name="source">Its text.</param>
    public static IEnumerable<string> Mistakes(string path, string source)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var folder = slash < 0 ? null : path[..slash];
        if (folder is null || Top.Contains(folder))
            yield break;
        if (!Allowed.TryGetValue(folder, out var allowed))
        {
            yield return $"{path}: the folder {folder} is new. Declare what it may use in tests/ImageGateway.Tests/Structure/FolderRules.cs.";
            yield break;
        }
        foreach (var used in Uses(source).Distinct())
        {
            if (used != folder && !allowed.Contains(used))
                yield return $"{path}: {folder} must not use {used}, only {(allowed.Length == 0 ? "the framework" : string.Join(", ", allowed))}.";
        }
    }

    // ImageGateway.X anywhere, comments included, since a reference in one is a dependency of the reader's; and X.Type as the
    // namespace lets it be written, but not behind a dot, where it is a member.
    private static IEnumerable<string> Uses(string source) =>
        Qualified().Matches(source).Select(match => match.Groups["folder"].Value)
            .Concat(Relative().Matches(source).Select(match => match.Groups["folder"].Value).Where(folder => Allowed.ContainsKey(folder) || Top.Contains(folder)));

    [GeneratedRegex(@"\bImageGateway\.(?<folder>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Qualified();

    [GeneratedRegex(@"(?:using (?:static )?(?:\w+ = )?|cref=""|new |typeof\(|nameof\()(?<folder>[A-Z]\w+)\.[A-Z]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Relative();
}
